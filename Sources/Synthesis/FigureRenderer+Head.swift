/// Head, hair and hat.
extension FigureRenderer {
    /// Head, hair over it and hat, as one ball whose places know front from back.
    func head(on canvas: inout Canvas) {
        let size = pose.headHeight
        let centre = view.place(pose.headCentre)
        let face = view.section(0.385 * size, 0.45 * size)
        let market = look.market
        if market.hat, view.cosine < 0 { hatBrim(centre, size, on: &canvas) }
        let skin = look.skin
        let bridge = view.place(pose.headCentre + SIMD3(0, -0.02 * size, 0.42 * size))
        let tip = view.place(pose.headCentre + SIMD3(0, -0.13 * size, 0.50 * size))
        if view.cosine > -0.5 {
            canvas.limb(bridge, tip, pixels(0.03 * size), pixels(0.055 * size), light: light) { _, _ in skin }
        }
        canvas.ellipse(centre, pixels(face.halfWidth), pixels(0.5 * size)) { u, v in
            let ring = max(1e-4, 1 - v * v).squareRoot()
            let (x, z, facing) = face.place(max(-1, min(1, u / ring)))
            let colour = complexion(x: x * ring, y: -v, z: z * ring)
            return (colour * light.on(u, facing * ring), 1)
        }
        if !look.bald || !market.hat { hairCap(centre, size, on: &canvas) }
        if market.longHair { view.cosine > 0 ? hairFlanks(size, on: &canvas) : hairBehind(on: &canvas) }
        if market.hat {
            hatCrown(centre, size, on: &canvas)
            if view.cosine >= 0 { hatBrim(centre, size, on: &canvas) }
        }
    }

    /// Skin, eyes, mouth and beard at a place of the head's unit ball (y upwards).
    @inline(__always)
    private func complexion(x: Float, y: Float, z: Float) -> Colour {
        let skin = look.skin
        guard z > 0.15 else { return skin * 0.94 }
        let female = look.market.gender == .female
        let aside = abs(x)
        if look.beard, y < -0.28 + 0.25 * aside, !(aside < 0.2 && y > -0.52 && y < -0.42) {
            return look.hair.mixed(skin, 0.18)
        }
        let eye = (aside - 0.40) * (aside - 0.40) * 1.1 + (y - 0.02) * (y - 0.02) * 2.2
        if eye < 0.022 { return Colour(0.10, 0.08, 0.09) }
        if look.glasses, eye > 0.07, eye < 0.12 || (abs(y - 0.06) < 0.04 && aside < 0.9) {
            return Colour(0.16, 0.13, 0.13)
        }
        if abs(y - 0.24) < 0.05, abs(aside - 0.40) < 0.2 { return look.hair.mixed(skin, 0.3) }
        if aside < 0.10, y < -0.02, y > -0.26 { return skin * 1.06 }
        let mouth = x * x * 6 + (y + 0.50) * (y + 0.50) * 60
        if mouth < (female ? 0.40 : 0.26) { return female ? Colour(0.78, 0.20, 0.26) : skin * 0.66 }
        if female, (aside - 0.52) * (aside - 0.52) + (y + 0.26) * (y + 0.26) < 0.03 {
            return skin.mixed(Colour(0.93, 0.50, 0.48), 0.35)
        }
        return skin
    }

    /// Light and dark strands.
    @inline(__always)
    private func strands(_ x: Float, _ y: Float) -> Float {
        let grain: Float = look.hairStyle == .curly || look.hairStyle == .wavy ? 5 : 1.4
        return 0.80 + 0.45 * Noise.smooth(x * 7, y * grain, look.upper.seed)
    }

    /// Hair on the skull, with a hair line that depends on the style.
    private func hairCap(_ centre: SIMD2<Float>, _ size: Float, on canvas: inout Canvas) {
        let style = look.hairStyle
        let volume: Float = style == .curly ? 1.24 : (look.market.longHair || style == .bob ? 1.13 : 1.08)
        let section = view.section(0.385 * size * volume, 0.45 * size * volume)
        let seed = look.upper.seed
        let colour = look.hair + Colour(gray: 0.03)
        let forehead: Float =
            style == .fringe ? 0.24 : (look.market.age == .adult && look.beard ? 0.58 : 0.44)
        let long = look.market.longHair || style == .bob
        let bald = look.bald
        let lift = pixels(0.035 * size)
        canvas.ellipse(
            SIMD2(centre.x, centre.y - lift), pixels(section.halfWidth), pixels(0.5 * size * volume)
        ) { u, v in
            let ring = max(1e-4, 1 - v * v).squareRoot()
            let (x, z, facing) = section.place(max(-1, min(1, u / ring)))
            let front = z * ring
            let side = x * ring
            let y = -v
            // Front, temples and nape each have their own hair line.
            var line: Float = front > 0 ? -0.30 + (forehead + 0.30) * Noise.step(0.05, 0.5, front) : -0.62
            if front <= 0 { line = -0.62 + 0.32 * Noise.step(-0.45, 0, front) }
            if long { line = front > 0.25 ? forehead - 1.5 * max(0, abs(side) - 0.5) : -1 }
            if style == .parted { line += 0.14 * side }
            var edge = Noise.step(line - 0.07, line + 0.05, y)
            // What is left to a bald man runs from temple to temple around the back.
            if bald { edge *= Noise.step(0.30, 0.18, y) * Noise.step(0.35, 0.20, front) }
            let curl: Float =
                style == .curly
                ? Noise.step(0.98, 0.80, u * u + v * v - 0.2 * Noise.smooth(u * 6, v * 6, seed)) : 1
            let shine = 1 + 0.35 * Noise.step(0.5, 0.75, y) * (1 - Noise.step(0.75, 0.95, y))
            return (colour * (strands(x, y) * shine * light.on(u, facing * ring)), edge * curl)
        }
    }

    /// Where long hair ends.
    private var hairEnd: Float {
        // A backpack would be hidden by hair as long as it.
        if look.market.backpack { return pose.shoulderY - pose.headHeight * 0.35 }
        return pose.shoulderY - pose.headHeight * (look.hairStyle == .wavy ? 0.75 : 1.0)
    }

    /// Long hair that hangs behind: a curtain, or a pony tail.
    func hairBehind(on canvas: inout Canvas) {
        let size = pose.headHeight
        let colour = look.hair + Colour(gray: 0.03)
        let centre = pose.headCentre
        if look.hairStyle == .ponytail {
            let root = view.place(centre + SIMD3(0, 0.22 * size, -0.50 * size))
            let knot = view.place(centre + SIMD3(0.05 * size, 0, -0.72 * size))
            let end = view.place(SIMD3(0.24 * size, hairEnd, -0.62 * size))
            canvas.limb(root, knot, pixels(0.13 * size), pixels(0.19 * size), light: light) { u, v in
                v < 0.25 ? Colour(0.8, 0.2, 0.3) : colour * strands(u * 0.4, v)
            }
            canvas.limb(knot, end, pixels(0.20 * size), pixels(0.07 * size), light: light) { u, v in
                colour * strands(u * 0.4, v)
            }
            return
        }
        let wavy = look.hairStyle == .wavy
        let axis = view.place(SIMD3(0, 0, centre.z - 0.20 * size)).x
        let top = view.origin.y - pixels(centre.y + 0.1 * size)
        let bottom = view.origin.y - pixels(hairEnd)
        canvas.loft(top: top, bottom: bottom) { v in
            let wave: Float = wavy ? 0.05 * Noise.sine(turns: v * 2.4) : 0
            let section = view.section((0.45 + 0.07 * v + wave) * size, (0.30 - 0.10 * v) * size)
            return (axis, pixels(section.halfWidth), TrunkRow(section: section))
        } _: { row, u, v in
            let (x, _, facing) = row.section.place(u)
            return colour * (strands(x, v * 1.5) * light.on(u, facing) * (v > 0.9 ? 0.85 : 1))
        }
    }

    /// Long hair that falls over both shoulders, seen from the front.
    private func hairFlanks(_ size: Float, on canvas: inout Canvas) {
        let colour = look.hair + Colour(gray: 0.03)
        let wavy = look.hairStyle == .wavy
        // A pony tail is laid over one shoulder so that it is seen from the front, too.
        let sides: [Float] = look.hairStyle == .ponytail ? [1] : [-1, 1]
        for side in sides {
            let root = view.place(pose.headCentre + SIMD3(side * 0.40 * size, 0.12 * size, 0))
            let cheek = view.place(pose.headCentre + SIMD3(side * 0.47 * size, -0.42 * size, 0.02))
            let end = view.place(SIMD3(side * 0.44 * size, hairEnd + 0.15 * size, pose.lean + 0.25 * size))
            canvas.limb(root, cheek, pixels(0.10 * size), pixels(0.13 * size), light: light) { u, v in
                colour * strands(u * 0.4, v)
            }
            canvas.limb(cheek, end, pixels(0.14 * size), pixels((wavy ? 0.13 : 0.08) * size), light: light) {
                u, v in
                colour * strands(u * 0.4, v + 1)
            }
        }
    }

    /// The part of a hat that covers the skull.
    private func hatCrown(_ centre: SIMD2<Float>, _ size: Float, on canvas: inout Canvas) {
        let section = view.section(0.46 * size, 0.52 * size)
        let colour = look.hatColour
        let band = look.hatBand
        let style = look.hatStyle
        let middle = SIMD2(centre.x, centre.y - pixels(0.14 * size))
        canvas.ellipse(middle, pixels(section.halfWidth), pixels(0.50 * size)) { u, v in
            let ring = max(1e-4, 1 - v * v).squareRoot()
            let (x, z, facing) = section.place(max(-1, min(1, u / ring)))
            let y = -v
            guard y > -0.06 else { return (.zero, 0) }
            var cloth = colour
            if style != .cap, y < 0.26 { cloth = band }
            if style == .cap {
                if z * ring > 0.55, abs(x * ring) < 0.3, y > 0.12, y < 0.60 { cloth = band }
                if abs(x) < 0.05 || abs(z) < 0.05 { cloth *= 0.8 }
            }
            return (cloth * light.on(u, facing * ring) * (0.9 + 0.2 * y), 1)
        }
    }

    /// The brim: a peak in front of a cap, a plate around other hats.
    private func hatBrim(_ centre: SIMD2<Float>, _ size: Float, on canvas: inout Canvas) {
        let colour = look.hatColour
        switch look.hatStyle {
        case .cap:
            let section = view.section(0.44 * size, 0.40 * size)
            let peak = view.place(pose.headCentre + SIMD3(0, 0.20 * size, 0.58 * size))
            let height = 0.08 * size + abs(view.cosine) * 0.05 * size
            canvas.ellipse(peak, pixels(section.halfWidth), pixels(height)) { u, v in
                (colour * (v > 0.1 ? 0.55 : 0.85), 1)
            }
        case .sunHat, .bucket:
            let wide: Float = look.hatStyle == .sunHat ? 0.86 : 0.66
            let rim = view.place(pose.headCentre + SIMD3(0, 0.17 * size, 0))
            canvas.ellipse(rim, pixels(wide * size), pixels((0.10 + view.tilt * 0.4) * size)) { u, v in
                (colour * (v > 0.2 ? 0.66 : 0.98) * (1 + 0.2 * u * light.side), 1)
            }
        }
    }
}
