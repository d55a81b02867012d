internal import Tensors

/// Proportions of a body, in heights of an upright adult where nothing else is said.
struct Build {
    /// Head with respect to the person's own height.
    var headShare: Float
    /// Hip joints above the ground, with respect to the person's own height.
    var legShare: Float
    /// Half widths of the trunk.
    var shoulders: Float
    var waist: Float
    var hips: Float
    /// Depth of the trunk over its width.
    var depth: Float
    /// How far the belly stands out.
    var belly: Float
    /// How far the chest stands out.
    var bust: Float
    /// Thickness of limbs, 1 ordinary.
    var limbs: Float
    /// How far the upper body leans forward: 0 upright, 1 bent.
    var stoop: Float
    /// Height against that of an ordinary adult in the same box.
    var stature: Float
    /// Swing of the legs, in turns.
    var stride: Float

    /// A body for age and gender: children have large heads and short legs, teenagers are slim, adults are broad,
    /// old people stoop and take short steps; women have narrow shoulders and wide hips.
    init(_ look: MarketLook, _ random: inout RandomStream) {
        let female = look.gender == .female
        let weight = random.uniform(-1...1)
        func vary(_ value: Float, _ share: Float, _ random: inout RandomStream) -> Float {
            value * (1 + share * random.uniform(-1...1))
        }
        switch look.age {
        case .young:
            (headShare, legShare, stature, stride) = (0.225, 0.40, 0.72, 0.070)
            (shoulders, waist, hips) = (0.092, 0.080, 0.082)
            (depth, belly, stoop, limbs) = (0.72, 0.012, 0, 0.88)
        case .teen:
            (headShare, legShare, stature, stride) = (0.162, 0.49, 0.95, 0.080)
            (shoulders, waist, hips) = female ? (0.096, 0.066, 0.094) : (0.118, 0.083, 0.083)
            (depth, belly, stoop, limbs) = (0.60, 0, 0, female ? 0.86 : 0.92)
        case .adult:
            (headShare, legShare, stature, stride) = (0.147, 0.465, 1.0, 0.068)
            (shoulders, waist, hips) = female ? (0.118, 0.094, 0.122) : (0.142, 0.120, 0.110)
            (depth, belly, stoop, limbs) = (0.70, 0.030, 0.05, female ? 1.08 : 1.16)
        case .old:
            (headShare, legShare, stature, stride) = (0.162, 0.445, 0.90, 0.036)
            (shoulders, waist, hips) = female ? (0.106, 0.100, 0.116) : (0.122, 0.108, 0.102)
            (depth, belly, stoop, limbs) = (0.74, 0.022, 0.85, 0.95)
        }
        bust = female && look.age != .young ? (look.age == .teen ? 0.018 : 0.030) : 0
        let broad = 1 + 0.09 * weight
        shoulders = vary(shoulders * (1 + 0.05 * weight), 0.03, &random)
        waist = vary(waist * broad, 0.04, &random)
        hips = vary(hips * broad, 0.03, &random)
        limbs = vary(limbs * broad, 0.04, &random)
        legShare = vary(legShare, 0.03, &random)
        headShare = vary(headShare, 0.03, &random)
        stature = vary(stature, 0.035, &random)
        stoop = vary(stoop, 0.2, &random)
        stride = vary(stride, 0.2, &random)
    }
}
