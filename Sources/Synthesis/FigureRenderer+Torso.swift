/// The trunk: upper garment with straps over it, hips, skirt.
extension FigureRenderer {
    /// What a row of the trunk's outline hands to its surface.
    struct TrunkRow {
        let section: Section
    }

    /// Half width and depth of the trunk at `t`: 0 neck, 1 hips.
    private func girth(_ t: Float) -> (width: Float, front: Float, depth: Float) {
        let build = look.build
        let neck = 0.036 * pose.height
        let width: Float
        if t < 0.16 {
            let rise = t / 0.16
            width = neck + (build.shoulders - neck) * (rise * (2 - rise))
        } else if t < 0.62 {
            let share = Noise.step(0.16, 0.62, t)
            width = build.shoulders + (build.waist - build.shoulders) * share
        } else {
            width = build.waist + (build.hips - build.waist) * Noise.step(0.62, 1, t)
        }
        let chest = max(0, 1 - (t - 0.34) * (t - 0.34) * 40)
        let middle = max(0, 1 - (t - 0.68) * (t - 0.68) * 16)
        let front = build.bust * chest + build.belly * middle
        let base = min(width, build.waist * 1.15) * build.depth
        return (width, front, base + front * 0.6)
    }

    /// Outline of the trunk at `t`, in canvas pixels.
    private func trunk(_ t: Float, extra: Float = 0) -> (centre: Float, halfWidth: Float, row: TrunkRow) {
        let (width, front, depth) = girth(t)
        let upright = 1 - t
        let forward = pose.lean * upright * upright * (2 - upright) + front * 0.5
        let section = view.section(width + extra, depth + extra)
        return (
            view.origin.x + pixels(forward * view.sine), pixels(section.halfWidth), TrunkRow(section: section)
        )
    }

    func neck(on canvas: inout Canvas) {
        let skin = look.skin
        let bottom = view.place(SIMD3(0, pose.shoulderY, pose.lean))
        let top = view.place(SIMD3(0, pose.headCentre.y - pose.headHeight * 0.3, pose.headCentre.z - 0.01))
        let radius = pixels(pose.headHeight * 0.235)
        canvas.limb(top, bottom, radius, radius * 1.15, light: light) { _, v in skin * (0.82 + 0.1 * v) }
    }

    /// The upper garment, from the neck to its hem below the waist.
    func torso(on canvas: inout Canvas) {
        let cloth = look.upper
        let market = look.market
        let open = look.innerShirt
        let collar = look.collar
        let skin = look.skin
        let side = look.bagSide
        let bagStrap = look.bagStrap
        let packStrap = look.backpackColour
        let hem = market.dress ? 0 : look.hem
        let length = 1 + hem / (pose.neckY - pose.hipY)
        let top = view.origin.y - pixels(pose.neckY)
        let bottom = view.origin.y - pixels(pose.hipY - hem)
        let lift: Float = cloth.base.luminance < 0.2 ? 0.07 : 0
        canvas.loft(top: top, bottom: bottom) { v in
            trunk(min(1, v * length), extra: 0.004)
        } _: { row, u, v in
            let (x, z, facing) = row.section.place(u)
            var colour = cloth.colour(x: x, z: z, v: v)
            if let open, z > 0, abs(x) < 0.15 + 0.10 * v {
                colour = abs(x) > 0.11 + 0.10 * v ? cloth.base * 0.6 : open
            }
            if let collar, v < 0.10 { colour = collar }
            if open == nil, z > 0.3, v < 0.11 - 0.9 * x * x { colour = skin * 0.95 }
            if v > 0.955, !market.dress { colour *= 0.78 }
            colour = (colour + Colour(gray: lift)) * cloth.folds(u, v, depth: 0.16 + 0.3 * v * v)
            if market.bag {
                let along = x - side * (1.5 * v - 0.72)
                if abs(along) < 0.17 { colour = abs(along) > 0.13 ? bagStrap * 0.6 : bagStrap }
            }
            if market.backpack, z > -0.35, v < 0.66 {
                let across = abs(x) - 0.56 - 0.14 * v
                if abs(across) < 0.17 { colour = abs(across) > 0.12 ? packStrap * 0.6 : packStrap }
            }
            return colour * light.on(u, facing)
        }
    }

    /// The seat of trousers, over the tops of the legs.
    func pelvis(on canvas: inout Canvas) {
        let cloth = look.lower
        let belt = look.belt
        let top = view.origin.y - pixels(pose.hipY + 0.07 * pose.height)
        let bottom = view.origin.y - pixels(pose.hipY - 0.035 * pose.height)
        let build = look.build
        canvas.loft(top: top, bottom: bottom) { v in
            // Rounded towards the crotch, so that no edge stands out behind a stride.
            let round = max(0.1, 1 - 0.35 * v * v * v).squareRoot()
            let section = view.section(
                build.hips * (0.96 + 0.04 * v) * round, build.hips * (0.62 + 0.2 * build.depth) * round)
            return (
                view.origin.x - pixels(0.01 * view.sine), pixels(section.halfWidth),
                TrunkRow(section: section)
            )
        } _: { row, u, v in
            let (x, z, facing) = row.section.place(u)
            var colour = cloth.colour(x: x, z: z, v: v * 0.15) * cloth.folds(u, v * 0.5, depth: 0.2)
            if let belt, v < 0.85, v > 0.55 { colour = belt }
            return colour * light.on(u, facing)
        }
    }

    /// A skirt, which flares from the waist; with an upper part of the same cloth it is a dress.
    func skirt(on canvas: inout Canvas) {
        let cloth = look.lower
        let build = look.build
        let hemY = look.market.longLower ? 0.085 * pose.height : pose.hipY * 0.56
        let waistY = pose.hipY + (pose.neckY - pose.hipY) * 0.34
        let top = view.origin.y - pixels(waistY)
        let bottom = view.origin.y - pixels(hemY)
        let stride = abs(pose.ankle[0].z - pose.ankle[1].z) * 0.14
        let flare: Float = look.market.longLower ? 1.45 : 1.40
        let lift: Float = cloth.base.luminance < 0.2 ? 0.08 : 0
        canvas.loft(top: top, bottom: bottom) { v in
            let width = build.waist * 1.02 + (build.hips * flare - build.waist) * (v * (1.35 - 0.35 * v))
            let section = view.section(width, width * 0.76 + stride * v)
            return (view.origin.x, pixels(section.halfWidth), TrunkRow(section: section))
        } _: { row, u, v in
            let (x, z, facing) = row.section.place(u)
            // Pleats run down and open towards the hem.
            let angle = z >= 0 ? x : 2 - x
            let pleats = 1 + 0.20 * v * Noise.sine(turns: angle * 3.2)
            var colour = (cloth.colour(x: x, z: z, v: v) + Colour(gray: lift)) * pleats
            if v < 0.07 { colour *= 0.7 }
            if v > 0.95 { colour *= 0.82 }
            return colour * light.on(u, facing)
        }
    }
}
