import HDF5
import Testing

@Suite struct AttributeTests {
    @Test func everyKindComesBackFromFileGroupAndDataset() throws {
        try withTemporaryFile { path in
            let file = try File(creating: path)
            try file.write([1] as [Float], shape: [1], to: "/g/x")
            for place in ["/", "/g", "/g/x"] {
                try file.setAttribute("text", of: place, to: "Grüße an \(place)")
                try file.setAttribute("step", of: place, to: Int64.max)
                try file.setAttribute("rate", of: place, to: 1e-4)
                try file.setAttribute("names", of: place, to: ["a", "", "c"])
                try file.setAttribute("counts", of: place, to: [1, 2, 3])
                try file.setAttribute("means", of: place, to: [0.485, 0.456])
                try file.setAttribute("none", of: place, to: [Int]())
            }
            try file.close()
            let again = try File(reading: path)
            for place in ["/", "/g", "/g/x"] {
                #expect(try again.attribute("text", of: place) == "Grüße an \(place)")
                #expect(try again.attribute("step", of: place) == Int64.max)
                #expect(try again.attribute("rate", of: place) == 1e-4)
                #expect(try again.attribute("names", of: place) == ["a", "", "c"])
                #expect(try again.attribute("counts", of: place) == [1, 2, 3])
                #expect(try again.attribute("means", of: place) == [0.485, 0.456])
                #expect(try again.attribute("none", of: place, as: [Int].self) == [])
                #expect(try again.attributes(of: place).count == 7)
            }
        }
    }

    @Test func anAttributeIsReplaced() throws {
        try withTemporaryFile { path in
            let file = try File(creating: path)
            try file.setAttribute("step", to: 1)
            try file.setAttribute("step", to: "two")
            #expect(try file.attribute("step") == "two")
        }
    }

    @Test func aMissingOneAndOneOfAnotherKindAreErrorsWithItsName() throws {
        try withTemporaryFile { path in
            let file = try File(creating: path)
            try file.setAttribute("step", to: "one")
            #expect(try !file.hasAttribute("epoch"))
            #expect(message { _ = try file.attribute("epoch", as: Int.self) }.contains("attribute epoch"))
            let text = message { _ = try file.attribute("step", as: Int.self) }
            #expect(text.contains("attribute step") && text.contains("1 strings") && text.contains("Int"))
        }
    }
}
