internal import Tensors

/// Cloth: its shade, its pattern and a print, as a function of the place on the body.
struct Textile {
    /// What is woven or printed all over.
    enum Pattern: Int, CaseIterable { case plain, rings, thinRings, uprights, checks, dots, blotches }

    /// What is printed on the chest, the back or both.
    enum Print: Int, CaseIterable { case none, bar, disc, square, triangle, twoBars, letters }

    /// The colour that the attribute names.
    var base: Colour
    /// Of stripes, dots and prints.
    var accent: Colour
    var pattern = Pattern.plain
    /// Repetitions of the pattern over the piece.
    var repeats: Float = 6
    var offset: Float = 0
    var print = Print.none
    var printsOnBack = false
    /// Colour of the band over the shoulders, where there is one, and how far down it reaches.
    var yoke: Colour?
    /// Where a broad band crosses, 0…1 from the top; negative for none.
    var band: Float = -1
    /// Seeds the folds.
    var seed: UInt32 = 0

    /// The colour at a place of the body, without light: `x` −1…1 from its right to its left, `z` −1…1 from back to
    /// front (both on the unit circle around the body's axis), `v` 0…1 downwards.
    @inline(__always)
    func colour(x: Float, z: Float, v: Float) -> Colour {
        var colour = base
        let around = z >= 0 ? x * 0.5 : (x >= 0 ? 1 - x * 0.5 : -1 - x * 0.5)
        switch pattern {
        case .plain: break
        case .rings: if Noise.fraction(v * repeats + offset) < 0.36 { colour = accent }
        case .thinRings: if Noise.fraction(v * repeats * 1.7 + offset) < 0.28 { colour = accent }
        case .uprights: if Noise.fraction(around * repeats + offset) < 0.32 { colour = accent }
        case .checks:
            let across: Float = Noise.fraction(around * repeats + offset) < 0.4 ? 0.5 : 0
            let down: Float = Noise.fraction(v * repeats) < 0.4 ? 0.5 : 0
            colour = base.mixed(accent, (across + down) * 0.75)
        case .dots:
            let across = Noise.fraction(around * repeats + offset) - 0.5
            let down = Noise.fraction(v * repeats) - 0.5
            if across * across + down * down < 0.075 { colour = accent }
        case .blotches:
            let spot = Noise.smooth(around * repeats, v * repeats, seed)
            colour = base.mixed(accent, Noise.step(0.52, 0.66, spot))
        }
        if band >= 0, v > band, v < band + 0.14 { colour = accent }
        if let yoke, v < 0.24 - 0.06 * z { colour = yoke }
        return printed(on: colour, x: x, z: z, v: v)
    }

    @inline(__always)
    private func printed(on colour: Colour, x: Float, z: Float, v: Float) -> Colour {
        guard print != .none, z > 0.2 || (printsOnBack && z < -0.2) else { return colour }
        let down = v - 0.38
        let hit: Bool
        switch print {
        case .none: hit = false
        case .bar: hit = abs(x) < 0.55 && abs(down) < 0.07
        case .disc: hit = x * x + down * down * 4.2 < 0.13
        case .square: hit = abs(x) < 0.34 && abs(down) < 0.16
        case .triangle: hit = down > -0.17 && down < 0.15 && abs(x) < (down + 0.17) * 1.35
        case .twoBars: hit = abs(x) < 0.5 && (abs(down + 0.08) < 0.045 || abs(down - 0.08) < 0.045)
        case .letters:
            hit =
                abs(x) < 0.55 && abs(down) < 0.08
                && Noise.cell(Int((x + 1) * 8), Int((down + 1) * 18), seed) < 0.6
        }
        return hit ? accent : colour
    }

    /// Light and dark of folds, around 1.
    @inline(__always)
    func folds(_ u: Float, _ v: Float, depth: Float) -> Float {
        1 + depth * (Noise.smooth(u * 2.2 + v * 1.5, v * 6 - u, seed) - 0.5)
    }

    /// An upper garment of one of `shades`.
    static func upper(_ shades: [Colour], _ random: inout RandomStream) -> Textile {
        let base = NamedColours.draw(shades, &random)
        var textile = Textile(base: base, accent: accent(to: base, &random))
        textile.pattern = Pattern(rawValue: random.weighted([10, 3, 2, 2, 2.5, 1.5, 1]))!
        textile.repeats = Float(4 + random.below(5))
        textile.offset = random.uniform()
        textile.seed = random.nextWord()
        if textile.pattern == .plain {
            textile.print = Print(rawValue: random.weighted([4, 2, 2, 2, 2, 2, 2]))!
            textile.printsOnBack = random.chance(0.6)
            if textile.print == .none, random.chance(0.5) { textile.band = random.uniform(0.25...0.6) }
        }
        if random.chance(0.25) {
            textile.yoke = random.chance(0.5) ? textile.accent : base * (base.luminance > 0.3 ? 0.6 : 2.2)
        }
        return textile
    }

    /// A lower garment of one of `shades`: mostly plain.
    static func lower(_ shades: [Colour], _ random: inout RandomStream) -> Textile {
        let base = NamedColours.draw(shades, &random)
        var textile = Textile(base: base, accent: base.mixed(accent(to: base, &random), 0.55))
        textile.pattern = Pattern(rawValue: random.weighted([12, 0.7, 0, 1, 1.5, 1, 1]))!
        textile.repeats = Float(4 + random.below(4))
        textile.offset = random.uniform()
        textile.seed = random.nextWord()
        return textile
    }

    /// Cloth of a colour that the label file has no name for: blotched or checked in two such colours.
    static func unnamed(_ shades: [Colour], _ random: inout RandomStream) -> Textile {
        let first = shades[random.below(shades.count)]
        var textile = Textile(base: first, accent: NamedColours.draw(shades, &random))
        textile.pattern = [Pattern.blotches, .checks, .rings][random.below(3)]
        textile.repeats = Float(4 + random.below(4))
        textile.offset = random.uniform()
        textile.seed = random.nextWord()
        return textile
    }

    /// A colour that stands out from `base`, most often white, dark or a relative of it.
    private static func accent(to base: Colour, _ random: inout RandomStream) -> Colour {
        switch random.below(4) {
        case 0: return base.luminance > 0.5 ? Colour(gray: 0.16) : Colour(gray: 0.9)
        case 1: return base.luminance > 0.4 ? base * 0.55 : base * 0.5 + Colour(gray: 0.42)
        default:
            let strong = NamedColours.draw(NamedColours.accessories, &random)
            let contrast = abs(strong.luminance - base.luminance)
            return contrast > 0.2
                ? strong : (base.luminance > 0.5 ? strong * 0.5 : strong * 0.5 + Colour(gray: 0.45))
        }
    }
}
