/// How bytes of red, green and blue become a network's input: (byte / scale − mean) / deviation, channel by channel.
///
/// Weights mean nothing without it. The defaults are ImageNet's, in the numbers of torchvision.
public struct PixelConvention: Equatable, Sendable {
    /// In which order the channels lie.
    public enum Order: String, Sendable, CaseIterable {
        /// Red, green, blue.
        case rgb

        /// Blue, green, red: as Caffe, and Keras after it.
        case bgr
    }

    /// The order of the channels; mean and deviation are in the same.
    public var order = Order.rgb

    /// What bytes are divided by.
    public var scale = 255.0

    /// What is taken away of each channel, then.
    public var mean = [0.485, 0.456, 0.406]

    /// What each channel is divided by, then.
    public var deviation = [0.229, 0.224, 0.225]

    /// ImageNet's.
    public init() {}

    /// Why pixels cannot be made so, or nil.
    public var problem: String? {
        if scale <= 0 { return "data.pixel_scale: \(scale); more than 0 is needed" }
        if mean.count != 3 || deviation.count != 3 {
            return "data.pixel_mean, pixel_deviation: \(mean), \(deviation); three numbers each are needed"
        }
        if deviation.contains(where: { $0 <= 0 }) {
            return "data.pixel_deviation: \(deviation); each must be more than 0"
        }
        return nil
    }

    /// In words: `RGB / 255, minus (0.485, 0.456, 0.406), over (0.229, 0.224, 0.225)`.
    public var description: String {
        func row(_ numbers: [Double]) -> String {
            "("
                + numbers.map { $0 == $0.rounded() && abs($0) < 1e9 ? String(Int($0)) : String($0) }.joined(
                    separator: ", ")
                + ")"
        }
        let divisor = scale == scale.rounded() && scale < 1e9 ? String(Int(scale)) : String(scale)
        return "\(order.rawValue.uppercased()) / \(divisor), minus \(row(mean)), over \(row(deviation))"
    }
}
