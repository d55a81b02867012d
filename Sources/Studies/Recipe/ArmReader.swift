internal import Foundation
internal import Yams

/// One entry of a study's list of arms.
enum ArmReader {
    private static let forms = "'name' with 'settings', 'leave_out', 'grid' or 'orders'"

    static func read(_ node: Node, _ path: String) throws(StudyError) -> StudyRecipe.Generator {
        guard let entry = node.mapping else { throw StudyError("\(path): arms: an arm is a mapping with \(forms)") }
        let keys = entry.keys.compactMap(\.string)
        guard let form = ["name", "leave_out", "grid", "orders"].first(where: keys.contains) else {
            throw StudyError("\(path): arms: an arm has \(forms), found is '\(keys.joined(separator: ", "))'")
        }
        let known = form == "name" ? ["name", "settings", "paper"] : form == "orders" ? ["orders"] : [form, "paper"]
        if let stranger = keys.first(where: { !known.contains($0) }) {
            throw StudyError(
                "\(path): arms: '\(stranger)' does not go with '\(form)'; possible is \(known.joined(separator: ", "))")
        }
        switch form {
        case "name":
            let name = entry["name"]?.string ?? ""
            let changes = try entry["settings"].map { node throws(StudyError) in
                try StudyReader.changes(node, path, "arm '\(name)'")
            }
            return .arm(.init(name: name, changes: changes ?? [], paper: try number(entry["paper"], path, name)))
        case "leave_out":
            let value = entry["leave_out"]
            let single = value?.string == "each" ? nil : value?.string.map { [$0] }
            let names = value?.sequence.map { $0.compactMap(\.string) } ?? single
            return .leaveOut(names, paper: try table(entry["paper"], path))
        case "grid":
            guard let axes = entry["grid"]?.mapping, !axes.isEmpty else {
                throw StudyError("\(path): grid: settings with lists of values are expected")
            }
            var result: [StudyRecipe.Axis] = []
            for (key, value) in axes {
                let values = (value.sequence.map { Array($0) } ?? [value]).compactMap { StudyReader.text($0) }
                guard !values.isEmpty else { throw StudyError("\(path): grid: \(key.string ?? ""): no values") }
                result.append(.init(key: key.string ?? "", values: values))
            }
            return .grid(result, paper: try table(entry["paper"], path))
        default:
            guard let count = entry["orders"]?.scalar.flatMap({ Int($0.string) }), (1...10_000).contains(count) else {
                throw StudyError("\(path): orders: expected is a whole number from 1, how many orders are tried")
            }
            return .orders(count)
        }
    }

    private static func number(_ node: Node?, _ path: String, _ arm: String) throws(StudyError) -> Double? {
        guard let node else { return nil }
        guard let value = node.scalar.flatMap({ Double($0.string) }), value.isFinite else {
            throw StudyError("\(path): arm '\(arm)': paper: expected is a number, in points")
        }
        return value
    }

    private static func table(_ node: Node?, _ path: String) throws(StudyError) -> [String: Double] {
        guard let node else { return [:] }
        guard let entries = node.mapping else { throw StudyError("\(path): paper: a value for each arm is expected") }
        var result: [String: Double] = [:]
        for (key, value) in entries { result[key.string ?? ""] = try number(value, path, key.string ?? "") }
        return result
    }
}
