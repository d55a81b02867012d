/// What is carried: backpack, shoulder bag, handbag. Drawn a little larger than life.
extension FigureRenderer {
    /// A backpack: a panel with a pocket from behind, a bump from the side.
    func backpack(on canvas: inout Canvas) {
        let trunk = pose.neckY - pose.hipY
        let middle = SIMD3<Float>(
            0, pose.neckY - trunk * 0.46, pose.lean * 0.5 - look.build.waist * 0.62 - 0.062)
        let section = view.section(0.108 * max(0.8, pose.height), 0.072)
        let colour = look.backpackColour
        let trim = look.backpackTrim
        let seed = look.upper.seed
        let centre = view.place(middle)
        let half = trunk * 0.50
        canvas.box(
            centre, pixels(section.halfWidth), pixels(half),
            corner: pixels(min(section.halfWidth, half) * 0.55)
        ) { u, v in
            let (x, z, facing) = section.place(u)
            var cloth = colour
            if z < 0.35 {
                if abs(x) < 0.72, v > 0.08, v < 0.80 { cloth = trim }
                if abs(x) < 0.62, v > 0.16, v < 0.72 { cloth = colour * 0.86 }
                if abs(v + 0.30) < 0.05 { cloth = trim * 0.7 }
                if abs(x) < 0.16, v < -0.78 { cloth = trim }
            }
            if abs(u) > 0.93 || abs(v) > 0.95 { cloth *= 0.7 }
            cloth *= 0.94 + 0.12 * Noise.smooth(u * 3, v * 4, seed)
            return cloth * light.on(u * 0.8, max(0.3, facing))
        }
    }

    /// A bag at the hip; its strap is drawn with the trunk.
    func shoulderBag(on canvas: inout Canvas) {
        let centre = view.place(
            SIMD3(look.bagSide * (look.build.hips + 0.028), pose.hipY + 0.005, 0.015))
        let section = view.section(0.052, 0.088)
        let colour = look.bagColour
        let strap = look.bagStrap
        let half: Float = 0.072
        let shoulder = view.place(
            SIMD3(look.bagSide * (look.build.waist + 0.012), pose.hipY + 0.13, pose.lean * 0.5))
        canvas.limb(
            SIMD2(shoulder.x, shoulder.y), SIMD2(centre.x, centre.y - pixels(half * 0.6)), pixels(0.011),
            pixels(0.011), light: light
        ) { _, _ in strap }
        canvas.box(centre, pixels(section.halfWidth), pixels(half), corner: pixels(0.018)) { u, v in
            var leather = colour
            if v < 0.15 { leather = colour * 1.18 + Colour(gray: 0.03) }
            if abs(v - 0.15) < 0.06 || abs(u) > 0.90 || abs(v) > 0.92 { leather = colour * 0.55 }
            if abs(u) < 0.16, abs(v - 0.20) < 0.14 { leather = Colour(0.85, 0.75, 0.40) }
            return leather * light.on(u * 0.5, 0.9)
        }
    }

    /// A handbag that hangs from `hand` by two handles.
    func handbag(at hand: SIMD3<Float>, on canvas: inout Canvas) {
        let section = view.section(0.064, 0.094)
        let colour = look.handbagColour
        let trim = look.handbagTrim
        let grip = view.place(hand + SIMD3(0, -0.012, 0))
        let half: Float = 0.068
        let centre = view.place(hand + SIMD3(0, -0.062 - half, 0))
        let wide = pixels(section.halfWidth)
        for side: Float in [-1, 1] {
            canvas.line(
                grip, SIMD2(centre.x + side * wide * 0.6, centre.y - pixels(half)), max(0.8, pixels(0.008)),
                trim)
        }
        canvas.box(centre, wide, pixels(half), corner: pixels(0.016)) { u, v in
            var leather = colour
            if v < -0.55 { leather = trim }
            if abs(u) > 0.88 || abs(v) > 0.88 { leather = leather * 0.6 }
            return leather * light.on(u * 0.6, 0.9)
        }
    }
}
