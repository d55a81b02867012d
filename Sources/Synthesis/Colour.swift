internal import Tensors

/// Red, green and blue in 0…1 as on a screen (the fourth lane is unused), so that one pixel is one register.
package typealias Colour = SIMD4<Float>

extension SIMD4<Float> {
    /// A colour from its three parts.
    @inline(__always)
    init(_ red: Float, _ green: Float, _ blue: Float) { self.init(red, green, blue, 0) }

    /// A gray.
    @inline(__always)
    package init(gray: Float) { self.init(gray, gray, gray, 0) }

    /// This colour moved towards `other` by `share`.
    @inline(__always)
    func mixed(_ other: Colour, _ share: Float) -> Colour { self + (other - self) * share }

    /// Brightness as the eye weighs it.
    @inline(__always)
    var luminance: Float { 0.30 * x + 0.59 * y + 0.11 * z }
}

/// Three shades of each named colour; a person's cloth lies between two of them.
enum NamedColours {
    static let black = [Colour(0.05, 0.05, 0.06), Colour(0.10, 0.10, 0.13), Colour(0.13, 0.11, 0.10)]
    static let white = [Colour(0.97, 0.97, 0.96), Colour(0.93, 0.94, 0.97), Colour(0.96, 0.94, 0.89)]
    static let gray = [Colour(0.47, 0.48, 0.49), Colour(0.58, 0.58, 0.60), Colour(0.40, 0.40, 0.42)]
    static let red = [Colour(0.80, 0.10, 0.12), Colour(0.62, 0.04, 0.10), Colour(0.90, 0.20, 0.16)]
    static let purple = [Colour(0.48, 0.16, 0.62), Colour(0.60, 0.36, 0.78), Colour(0.36, 0.10, 0.46)]
    static let blue = [Colour(0.12, 0.28, 0.74), Colour(0.10, 0.18, 0.52), Colour(0.28, 0.52, 0.88)]
    static let green = [Colour(0.10, 0.52, 0.20), Colour(0.34, 0.66, 0.22), Colour(0.05, 0.36, 0.20)]
    static let yellow = [Colour(0.95, 0.82, 0.12), Colour(0.96, 0.87, 0.38), Colour(0.88, 0.70, 0.06)]
    static let pink = [Colour(0.95, 0.52, 0.68), Colour(0.97, 0.70, 0.79), Colour(0.88, 0.40, 0.60)]
    static let brown = [Colour(0.44, 0.27, 0.13), Colour(0.56, 0.38, 0.21), Colour(0.33, 0.19, 0.10)]
    static let orange = [Colour(0.94, 0.48, 0.08), Colour(0.97, 0.60, 0.28), Colour(0.84, 0.38, 0.06)]
    static let turquoise = [Colour(0.08, 0.64, 0.62), Colour(0.36, 0.78, 0.74), Colour(0.04, 0.46, 0.48)]

    static let skin = [
        Colour(0.96, 0.80, 0.69), Colour(0.90, 0.71, 0.57), Colour(0.80, 0.59, 0.44),
        Colour(0.63, 0.43, 0.29),
        Colour(0.43, 0.28, 0.19),
    ]
    static let hair = [
        Colour(0.07, 0.06, 0.06), Colour(0.16, 0.10, 0.07), Colour(0.30, 0.19, 0.10),
        Colour(0.48, 0.22, 0.10),
        Colour(0.78, 0.60, 0.30),
    ]
    static let oldHair = [Colour(0.72, 0.72, 0.73), Colour(0.88, 0.88, 0.88), Colour(0.60, 0.60, 0.62)]
    static let shoes = [
        Colour(0.10, 0.09, 0.09), Colour(0.92, 0.92, 0.92), Colour(0.38, 0.22, 0.12),
        Colour(0.78, 0.12, 0.14),
        Colour(0.14, 0.26, 0.62), Colour(0.55, 0.56, 0.58), Colour(0.20, 0.58, 0.36),
        Colour(0.93, 0.62, 0.18),
    ]
    /// What bags and hats are made of: strong colours, told apart at a distance.
    static let accessories = [
        Colour(0.12, 0.12, 0.14), Colour(0.72, 0.12, 0.16), Colour(0.16, 0.30, 0.66),
        Colour(0.15, 0.46, 0.30),
        Colour(0.88, 0.64, 0.16), Colour(0.46, 0.28, 0.16), Colour(0.52, 0.22, 0.54),
        Colour(0.62, 0.64, 0.66),
        Colour(0.90, 0.46, 0.56), Colour(0.10, 0.56, 0.60), Colour(0.90, 0.86, 0.76),
    ]

    static func upper(_ colour: MarketLook.UpperColour) -> [Colour] {
        switch colour {
        case .black: black
        case .white: white
        case .red: red
        case .purple: purple
        case .gray: gray
        case .blue: blue
        case .green: green
        case .yellow: yellow
        }
    }

    static func lower(_ colour: MarketLook.LowerColour) -> [Colour] {
        switch colour {
        case .black: black
        case .white: white
        case .pink: pink
        case .gray: gray
        case .blue: blue
        case .green: green
        case .brown: brown
        case .yellow: yellow
        case .purple: purple
        }
    }

    /// A colour between two of `shades`, a little off.
    static func draw(_ shades: [Colour], _ random: inout RandomStream, spread: Float = 0.02) -> Colour {
        let first = shades[random.below(shades.count)]
        let second = shades[random.below(shades.count)]
        let mixture = first.mixed(second, random.uniform() * 0.6)
        return mixture
            + Colour(
                random.uniform(-spread...spread), random.uniform(-spread...spread),
                random.uniform(-spread...spread))
    }
}
