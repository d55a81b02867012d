internal import Tensors

/// Things that stand about, behind a person or in front: bicycles, poles, bushes, boxes, people far away.
enum Clutter {
    /// A bicycle with its wheels on `foot`, `size` pixels high.
    static func bicycle(_ foot: SIMD2<Float>, _ size: Float, _ colour: Colour, on canvas: inout Canvas) {
        let radius = size * 0.34
        let dark = Colour(gray: 0.10)
        let back = foot + SIMD2(-size * 0.52, -radius)
        let front = foot + SIMD2(size * 0.52, -radius)
        for hub in [back, front] {
            let thickness = max(1.4, size * 0.045) / radius
            canvas.ellipse(hub, radius, radius) { u, v in
                (dark, u * u + v * v > (1 - thickness) * (1 - thickness) ? 1 : 0)
            }
        }
        let pedal = foot + SIMD2(-size * 0.06, -radius)
        let seat = foot + SIMD2(-size * 0.20, -size * 0.82)
        let bar = foot + SIMD2(size * 0.36, -size * 0.86)
        let line = max(0.8, size * 0.028)
        for (from, to) in [
            (back, pedal), (back, seat), (pedal, seat), (pedal, bar), (seat, bar), (front, bar),
        ] {
            canvas.line(from, to, line, colour)
        }
        canvas.line(seat + SIMD2(-size * 0.1, 0), seat + SIMD2(size * 0.08, 0), line * 1.6, dark)
        canvas.line(bar, bar + SIMD2(-size * 0.1, -size * 0.08), line, dark)
    }

    /// A person far away, `size` pixels high, with the feet on `foot`.
    static func stranger(
        _ foot: SIMD2<Float>, _ size: Float, _ random: inout RandomStream, on canvas: inout Canvas
    ) {
        let light = Light(side: 0.3, ambient: 0.7, strength: 0.3)
        let trousers = NamedColours.draw(NamedColours.gray + NamedColours.black + NamedColours.blue, &random)
        let shirt = NamedColours.draw(NamedColours.accessories, &random).mixed(Colour(gray: 0.5), 0.25)
        let skin = NamedColours.draw(NamedColours.skin, &random)
        let step = size * random.uniform(0.02...0.09)
        let hip = foot + SIMD2(0, -size * 0.48)
        for side: Float in [-1, 1] {
            canvas.limb(hip, foot + SIMD2(side * step, 0), size * 0.06, size * 0.04, light: light) { _, _ in
                trousers
            }
        }
        let neck = foot + SIMD2(0, -size * 0.80)
        canvas.limb(neck, hip, size * 0.085, size * 0.075, light: light) { _, _ in shirt }
        for side: Float in [-1, 1] {
            canvas.limb(
                neck + SIMD2(side * size * 0.09, size * 0.02), hip + SIMD2(side * size * 0.12, 0),
                size * 0.032,
                size * 0.026, light: light
            ) { _, _ in shirt * 0.92 }
        }
        canvas.ellipse(foot + SIMD2(0, -size * 0.91), size * 0.062, size * 0.085) { _, v in
            (v < -0.1 ? Colour(0.14, 0.10, 0.08) : skin, 1)
        }
    }

    /// A pole that crosses the whole picture.
    static func pole(_ x: Float, _ radius: Float, _ colour: Colour, on canvas: inout Canvas) {
        let light = Light(side: 0.6, ambient: 0.5, strength: 0.5)
        canvas.limb(
            SIMD2(x, -2 * radius), SIMD2(x, Float(canvas.height) + 2 * radius), radius, radius, light: light
        ) { _, _ in colour }
    }

    /// A bush: leaves over an outline of balls.
    static func bush(_ foot: SIMD2<Float>, _ size: Float, seed: UInt32, on canvas: inout Canvas) {
        let leaf = Colour(0.20, 0.40, 0.16)
        for part in 0..<5 {
            let across = (Noise.cell(part, 1, seed) - 0.5) * size * 1.3
            let up = Noise.cell(part, 2, seed) * size * 0.5
            let radius = size * (0.34 + 0.2 * Noise.cell(part, 3, seed))
            canvas.ellipse(foot + SIMD2(across, -up - radius * 0.5), radius, radius * 0.9) { u, v in
                let leaves = Noise.smooth(u * 6 + across, v * 6, seed)
                return (leaf * (0.5 + 0.8 * leaves - 0.2 * v), u * u + v * v < 0.75 + 0.3 * leaves ? 1 : 0)
            }
        }
    }

    /// A crate, bin or box with a lid.
    static func crate(_ foot: SIMD2<Float>, _ size: Float, _ colour: Colour, on canvas: inout Canvas) {
        canvas.box(foot + SIMD2(0, -size * 0.5), size * 0.40, size * 0.5, corner: size * 0.05) { u, v in
            let shade: Float = v < -0.74 ? 1.15 : (v < -0.66 ? 0.5 : 0.92 - 0.16 * u)
            return colour * shade
        }
    }

    /// A parked car, of which mostly a part is seen.
    static func car(_ foot: SIMD2<Float>, _ size: Float, _ colour: Colour, on canvas: inout Canvas) {
        canvas.box(foot + SIMD2(0, -size * 0.72), size * 0.66, size * 0.27, corner: size * 0.2) { u, v in
            abs(u) < 0.06 ? colour * 0.8 : (v > -0.6 && abs(u) < 0.86 ? Colour(0.18, 0.22, 0.27) : colour)
        }
        canvas.box(foot + SIMD2(0, -size * 0.36), size * 1.15, size * 0.22, corner: size * 0.1) { _, v in
            colour * (v < -0.2 ? 1.08 : 0.80)
        }
        for side: Float in [-1, 1] {
            canvas.ellipse(foot + SIMD2(side * size * 0.68, -size * 0.16), size * 0.17, size * 0.17) { u, v in
                (u * u + v * v < 0.25 ? Colour(gray: 0.55) : Colour(gray: 0.08), 1)
            }
        }
    }
}
