/// Arms and legs: skin, and the cloth over it.
extension FigureRenderer {
    /// An arm with its sleeve, and what its hand holds.
    func arm(_ side: Int, on canvas: inout Canvas) {
        let sign: Float = side == 0 ? -1 : 1
        let shoulder = view.place(pose.shoulder[side])
        let elbow = view.place(pose.elbow[side])
        let hand = view.place(pose.hand[side])
        let thick = look.build.limbs * pose.height
        let upperRadius = pixels(0.035 * thick)
        let elbowRadius = pixels(0.029 * thick)
        let wristRadius = pixels(0.023 * thick)
        let skin = look.skin
        let cloth = look.upper
        let sleeve = look.sleeve

        if look.cane, sign != look.bagSide {
            let foot = view.place(SIMD3(pose.hand[side].x * 1.1, 0, pose.hand[side].z + 0.05))
            canvas.line(hand, foot, max(1, pixels(0.009)), Colour(0.24, 0.13, 0.07))
            canvas.line(
                hand, view.place(pose.hand[side] + SIMD3(0, 0.02, 0.05)), max(1, pixels(0.011)),
                Colour(0.24, 0.13, 0.07))
        }
        canvas.limb(hand, hand + (hand - elbow) * 0.20, wristRadius * 1.22, wristRadius * 1.0, light: light) {
            _, _ in
            skin
        }
        if look.market.handbag, sign == look.bagSide { handbag(at: pose.hand[side], on: &canvas) }
        if look.market.longSleeves {
            let end = elbow + (hand - elbow) * 0.93
            canvas.limb(elbow, end, elbowRadius * 1.12, wristRadius * 1.22, light: light, cut: true) { u, v in
                (v > 0.86 ? sleeve * 0.72 : sleeve) * cloth.folds(u, v * 0.7 + 2, depth: 0.35)
            }
            canvas.limb(shoulder, elbow, upperRadius * 1.06, elbowRadius * 1.13, light: light) { u, v in
                sleeve * cloth.folds(u, v, depth: 0.25)
            }
        } else {
            canvas.limb(elbow, hand, elbowRadius, wristRadius, light: light) { _, _ in skin }
            canvas.limb(shoulder, elbow, upperRadius * 0.92, elbowRadius, light: light) { _, _ in skin }
            let cuff = shoulder + (elbow - shoulder) * 0.66
            let trim = look.collar ?? sleeve * 0.75
            canvas.limb(shoulder, cuff, upperRadius * 1.04, upperRadius * 1.16, light: light, cut: true) {
                u, v in
                (v > 0.84 && v < 1 ? trim : sleeve) * cloth.folds(u, v, depth: 0.2)
            }
        }
    }

    /// A leg with shoe, sock and trouser leg.
    func leg(_ side: Int, on canvas: inout Canvas) {
        let hip = view.place(pose.hip[side])
        let knee = view.place(pose.knee[side])
        let ankle = view.place(pose.ankle[side])
        let toe = view.place(pose.toe[side])
        let thick = look.build.limbs * pose.height
        let thighRadius = pixels(max(0.056 * thick, look.build.hips * 0.46))
        let kneeRadius = pixels(0.040 * thick)
        let ankleRadius = pixels(0.027 * thick)
        let far: Float = view.depth(pose.hip[side]) < -0.01 ? 0.86 : 1
        let skin = look.skin * far
        let shoe = look.shoe * far
        let sole = look.sole * far
        let bare = !look.market.longLower || look.market.dress

        if bare {
            canvas.limb(knee, ankle, kneeRadius * 0.98, ankleRadius, light: light) { _, _ in skin }
            canvas.limb(hip, knee, thighRadius, kneeRadius, light: light) { _, _ in skin }
            if let sock = look.sock {
                let top = knee + (ankle - knee) * 0.68
                canvas.limb(top, ankle, ankleRadius * 1.18, ankleRadius * 1.1, light: light) { _, _ in
                    sock * far
                }
            }
        }
        let heel = ankle + SIMD2(0, pixels(0.020))
        let footRadius = pixels(0.026 * pose.height)
        canvas.limb(
            heel + SIMD2(0, footRadius * 0.45), toe + SIMD2(0, footRadius * 0.45), footRadius * 0.85,
            footRadius * 0.72, light: light
        ) { _, _ in sole }
        canvas.limb(heel, toe, footRadius * 1.02, footRadius * 0.80, light: light) { _, v in
            v > 0.5 && v < 0.66 ? shoe * 0.7 + sole * 0.3 : shoe
        }
        if !look.market.dress { trouserLeg(side, hip: hip, knee: knee, ankle: ankle, far: far, on: &canvas) }
    }

    private func trouserLeg(
        _ side: Int, hip: SIMD2<Float>, knee: SIMD2<Float>, ankle: SIMD2<Float>, far: Float,
        on canvas: inout Canvas
    ) {
        let cloth = look.lower
        let sign: Float = side == 0 ? -1 : 1
        let thick = look.build.limbs * pose.height * look.looseness
        let thighRadius = pixels(max(0.058 * thick, look.build.hips * 0.49))
        let section = view.section(1, 1)
        let stripe = look.sideStripe
        let lift: Float = cloth.base.luminance < 0.2 ? 0.07 : 0
        func colour(_ u: Float, _ v: Float) -> Colour {
            let place = section.place(u)
            var colour = cloth.colour(x: place.x, z: place.z, v: v)
            if let stripe, place.x * sign > 0.80 { colour = stripe }
            // Worn cloth is paler on the thigh's front; black needs a little light to show its folds.
            let worn = 1 + 0.10 * max(0, place.z)
            return (colour * worn + Colour(gray: lift)) * cloth.folds(u * 0.6, v * 1.6 + sign, depth: 0.24)
                * far
        }
        if look.market.longLower {
            let kneeRadius = pixels(0.046 * thick)
            let cuffRadius = pixels(0.040 * thick)
            let end = ankle + (ankle - knee) * 0.08
            canvas.limb(knee, end, kneeRadius, cuffRadius, light: light, cut: true) { u, v in
                colour(u, 0.5 + v * 0.5) * (v > 0.93 ? 0.8 : 1)
            }
            canvas.limb(hip, knee, thighRadius, kneeRadius, light: light) { u, v in colour(u, v * 0.5) }
        } else {
            let end = hip + (knee - hip) * 0.86
            let hemRadius = max(pixels(0.056 * thick), thighRadius * 0.88)
            canvas.limb(hip, end, thighRadius, hemRadius, light: light, cut: true) { u, v in
                colour(u, v * 0.5) * (v > 0.88 ? 0.75 : 1)
            }
        }
    }
}
