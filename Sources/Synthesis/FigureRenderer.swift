/// Draws one person: puts the parts in order of depth and knows what they share.
struct FigureRenderer {
    let look: PersonLook
    let pose: FigurePose
    let view: FigureView
    let light: Light

    /// Above this depth a part is in front of the trunk, below it behind.
    private static let nearDepth: Float = -0.035

    /// Draws the person.
    func draw(on canvas: inout Canvas) {
        shadow(on: &canvas)
        let near = (0..<2).map { view.depth(pose.shoulder[$0]) > Self.nearDepth }
        let packNear = view.cosine < 0
        for side in 0..<2 where !near[side] { arm(side, on: &canvas) }
        if look.market.bag, !bagIsNear { shoulderBag(on: &canvas) }
        if look.market.backpack, !packNear { backpack(on: &canvas) }
        if look.market.longHair, view.cosine > 0 { hairBehind(on: &canvas) }

        let first = view.depth(pose.knee[0]) < view.depth(pose.knee[1]) ? 0 : 1
        leg(first, on: &canvas)
        leg(1 - first, on: &canvas)
        if look.market.dress { skirt(on: &canvas) } else { pelvis(on: &canvas) }
        neck(on: &canvas)
        torso(on: &canvas)
        if look.market.backpack, packNear { backpack(on: &canvas) }
        head(on: &canvas)
        for side in 0..<2 where near[side] { arm(side, on: &canvas) }
        if look.market.bag, bagIsNear { shoulderBag(on: &canvas) }
    }

    /// Whether the shoulder bag hangs on the side that is seen.
    private var bagIsNear: Bool { view.depth(SIMD3(look.bagSide * 0.1, 0, 0.02)) > Self.nearDepth }

    /// A dark patch on the ground, longer away from the light.
    private func shadow(on canvas: inout Canvas) {
        let width = 0.15 * view.scale * pose.height
        let centre = view.origin + SIMD2(-light.side * width * 0.6, 0)
        canvas.ellipse(centre, width, width * 0.24) { u, v in
            (Colour(0.05, 0.05, 0.07), 0.55 * max(0, 1 - u * u - v * v))
        }
    }

    /// Length in canvas pixels.
    @inline(__always)
    func pixels(_ length: Float) -> Float { length * view.scale }
}
