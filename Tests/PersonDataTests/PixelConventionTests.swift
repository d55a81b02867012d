import TestSupport
import Testing

@testable import PersonData

@Suite("What bytes become")
struct PixelConventionTests {
    private func apply(_ convention: PixelConvention, _ bytes: [UInt8], width: Int, flipped: Bool = false) -> [Float] {
        let output = TestTensor([1, width, 3])
        PixelNormalisation(convention).apply(
            bytes, height: 1, width: width, flipped: flipped, into: output.view.pointer)
        return output.view.array
    }

    @Test("ImageNet's by default, Caffe's order and mean on request, each mirrored as well")
    func conventions() {
        let bytes: [UInt8] = [255, 0, 10, 20, 30, 40]
        let usual = apply(PixelConvention(), bytes, width: 2)
        let expected = zip(bytes, [0, 1, 2, 0, 1, 2]).map { byte, channel -> Float in
            (Float(byte) / 255 - [0.485, 0.456, 0.406][channel]) / [0.229, 0.224, 0.225][channel]
        }
        #expect(usual == expected)
        var caffe = PixelConvention()
        (caffe.order, caffe.scale) = (.bgr, 1)
        (caffe.mean, caffe.deviation) = ([103.939, 116.779, 123.68], [1, 1, 2])
        let values: [Float] = [
            10 - 103.939, 0 - 116.779, (255 - 123.68) / 2, 40 - 103.939, 30 - 116.779, (20 - 123.68) / 2,
        ]
        #expect(apply(caffe, bytes, width: 2) == values)
        #expect(apply(caffe, bytes, width: 2, flipped: true) == Array(values[3...] + values[..<3]))
        #expect(caffe.description == "BGR / 1, minus (103.939, 116.779, 123.68), over (1, 1, 2)")
        #expect(
            PixelConvention().description == "RGB / 255, minus (0.485, 0.456, 0.406), over (0.229, 0.224, 0.225)")
    }

    @Test("What cannot be is named by its setting")
    func problems() {
        let changes: [(String, (inout PixelConvention) -> Void)] = [
            ("data.pixel_scale", { $0.scale = 0 }), ("data.pixel_mean", { $0.mean = [1] }),
            ("data.pixel_mean, pixel_deviation", { $0.deviation = [] }),
            ("data.pixel_deviation", { $0.deviation = [1, 0, 1] }),
        ]
        for (key, change) in changes {
            var convention = PixelConvention()
            change(&convention)
            #expect(convention.problem?.hasPrefix(key) == true, "\(convention.problem ?? "nothing")")
        }
        #expect(PixelConvention().problem == nil)
    }
}
