internal import Tensors

/// The place behind a person: ground in perspective, what bounds it, and what stands about.
struct Background {
    let camera: CameraProfile
    /// Where along the place the person walks, in place units: another stretch of wall for every walk.
    let stretch: Float
    /// Canvas pixels of a unit: the height of a person.
    let scale: Float

    /// Canvas pixels along a side that share one colour: what is far needs no finer edges than the picture has.
    let grain: Int

    /// Fills the whole canvas; wall and ground meet at row `horizon`.
    func draw(on canvas: inout Canvas, horizon: Float) {
        let width = canvas.width
        let middle = Float(width) / 2
        let step = Float(grain)
        canvas.pixels.withUnsafeMutableBufferPointer { pixels in
            for row in stride(from: 0, to: canvas.height, by: grain) {
                let y = Float(row) + step / 2
                let below = (y - horizon) / scale
                // Distance on the ground grows towards the horizon, which lies above the wall's foot.
                let distance = 0.92 / (max(0, below) + 0.14)
                let fade = min(1, 0.25 + 1.5 * below)
                for column in stride(from: 0, to: width, by: grain) {
                    let x = Float(column) + step / 2
                    let colour =
                        below < 0
                        ? wall(stretch + x / scale, -below)
                        : ground((x - middle) / scale * distance + stretch, distance, fade)
                    for index in column..<(column + grain) { pixels[row * width + index] = colour }
                }
                for line in 1..<grain {
                    for index in 0..<width {
                        pixels[(row + line) * width + index] = pixels[row * width + index]
                    }
                }
            }
        }
    }

    /// The wall at `x` along and `y` up from its foot.
    @inline(__always)
    private func wall(_ x: Float, _ y: Float) -> Colour {
        let seed = camera.seed
        // No two stretches of the wall have quite the same paint.
        let paint = Noise.smooth(x * 0.45, 0.5, seed &+ 3)
        let base =
            camera.wallColour * (0.72 + 0.5 * paint) + Colour(0.10 * paint - 0.05, 0, 0.05 - 0.10 * paint)
        switch camera.backdrop {
        case .windows:
            let column = Int((x / 0.34).rounded(.down))
            let row = Int((y / 0.42).rounded(.down))
            let u = Noise.fraction(x / 0.34)
            let v = Noise.fraction(y / 0.42)
            if u > 0.2, u < 0.8, v > 0.3, v < 0.88 {
                let frame = u < 0.25 || u > 0.75 || abs(u - 0.5) < 0.03 || v < 0.35 || v > 0.83
                if frame { return Colour(0.88, 0.87, 0.84) }
                let pane = Noise.cell(column, row, seed)
                return Colour(0.24, 0.30, 0.38) * (0.6 + 0.9 * pane) + Colour(gray: 0.10 * (u + v))
            }
            return base * (y < 0.06 ? 0.72 : 0.94 + 0.1 * Noise.smooth(x * 3, y * 3, seed))
        case .hedge:
            let leaves = Noise.smooth(x * 26, y * 26, seed)
            let mass = Noise.smooth(x * 5, y * 5, seed &+ 1)
            let top = 0.30 + 0.35 * Noise.smooth(x * 1.7, 0, seed &+ 2)
            if y > top + 0.05 * leaves { return Colour(0.66, 0.74, 0.80) * (0.92 + 0.1 * mass) }
            return base * (0.45 + 0.6 * leaves + 0.5 * mass)
        case .bricks:
            let row = Int((y / 0.045).rounded(.down))
            let shifted = x / 0.11 + (row & 1 == 0 ? 0 : 0.5)
            let u = Noise.fraction(shifted)
            let v = Noise.fraction(y / 0.045)
            if u < 0.10 || v < 0.18 { return base.mixed(Colour(gray: 0.62), 0.6) }
            let brick = Noise.cell(Int(shifted.rounded(.down)), row, seed)
            return base * (0.78 + 0.4 * brick)
        case .glass:
            let u = Noise.fraction(x / 0.26)
            let v = Noise.fraction(y / 0.36)
            if u < 0.05 || v < 0.04 { return Colour(0.34, 0.37, 0.40) }
            let mirrored = Noise.smooth(x * 4 + y, y * 2.5 - x, seed)
            return base * (0.70 + 0.45 * mirrored) + Colour(gray: 0.06 * u)
        case .planks:
            let plank = Int((x / 0.075).rounded(.down))
            let u = Noise.fraction(x / 0.075)
            if u < 0.12 { return base * 0.55 }
            let poster = Noise.fraction(x / 0.9)
            if poster > 0.55, poster < 0.85, y > 0.24, y < 0.62 {
                let which = Noise.cell(Int((x / 0.9).rounded(.down)), 3, seed)
                let lines = Noise.fraction(y * 9) < 0.4 && poster > 0.6 && poster < 0.8
                return lines ? Colour(0.9, 0.88, 0.8) : Colour(0.3 + 0.5 * which, 0.35, 0.8 - 0.6 * which)
            }
            return base
                * (0.84 + 0.26 * Noise.cell(plank, 0, seed) + 0.08 * Noise.smooth(x * 30, y * 3, seed))
        case .stalls:
            if y > 0.62 {
                let awning = Noise.fraction(x / 0.14) < 0.5
                return awning ? Colour(0.62, 0.18, 0.16) : Colour(0.86, 0.84, 0.78)
            }
            let column = Int((x / 0.12).rounded(.down))
            let row = Int((y / 0.13).rounded(.down))
            let u = Noise.fraction(x / 0.12)
            let v = Noise.fraction(y / 0.13)
            if u < 0.1 || v < 0.12 { return base * 0.5 }
            let kind = Noise.cell(column, row, seed)
            let tone = Noise.cell(column, row, seed &+ 7)
            return Colour(0.36 + 0.26 * kind, 0.34 + 0.22 * tone, 0.34 + 0.20 * (1 - kind)) * (0.7 + 0.3 * v)
        }
    }

    /// The ground at `x` along and `z` away; `fade` weakens patterns where they get too small.
    @inline(__always)
    private func ground(_ x: Float, _ z: Float, _ fade: Float) -> Colour {
        let seed = camera.seed &+ 11
        let base = camera.groundColour * (0.82 + 0.32 * Noise.smooth(stretch * 0.7, 0.5, seed &+ 2))
        switch camera.ground {
        case .tiles:
            let column = Int((x / 0.30).rounded(.down))
            let row = Int((z / 0.30).rounded(.down))
            if Noise.fraction(x / 0.30) < 0.06 || Noise.fraction(z / 0.30) < 0.07 {
                return base * (1 - 0.28 * fade)
            }
            return base * (0.93 + 0.14 * fade * Noise.cell(column, row, seed))
        case .grass:
            let blades = Noise.smooth(x * 40, z * 18, seed)
            let patches = Noise.smooth(x * 3, z * 3, seed &+ 1)
            return base * (0.66 + 0.36 * blades * fade + 0.3 * patches)
        case .asphalt:
            let grit = Noise.smooth(x * 50, z * 40, seed)
            if abs(Noise.fraction(z / 1.9) - 0.5) < 0.035 { return Colour(0.82, 0.80, 0.70) }
            return base * (0.88 + 0.22 * grit * fade)
        case .polished:
            let glow = Noise.smooth(x * 1.5, z * 0.6, seed)
            if Noise.fraction(x / 0.6) < 0.03 || Noise.fraction(z / 0.6) < 0.04 { return base * 0.86 }
            return base * (0.86 + 0.22 * glow)
        case .cobbles:
            let row = Int((z / 0.12).rounded(.down))
            let shifted = x / 0.16 + (row & 1 == 0 ? 0 : 0.5)
            let u = Noise.fraction(shifted) - 0.5
            let v = Noise.fraction(z / 0.12) - 0.5
            let stone = Noise.cell(Int(shifted.rounded(.down)), row, seed)
            return base * (1 - fade * (0.9 * (u * u + v * v) + 0.15 - 0.3 * stone))
        case .paving:
            let u = Noise.fraction((x + z) / 0.34)
            let v = Noise.fraction((x - z) / 0.34)
            if u < 0.08 || v < 0.08 { return base * (1 - 0.3 * fade) }
            let stain = Noise.smooth(x * 5, z * 5, seed)
            return base * (0.84 + 0.3 * stain)
        }
    }
}
