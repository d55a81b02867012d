/// Where a walking body's joints are, at one moment, in the body's frame: x to its left, y up, z forward,
/// in heights of an upright adult; feet on y = 0.
struct FigurePose {
    let height: Float
    let headHeight: Float
    let hipY: Float
    let shoulderY: Float
    let neckY: Float
    /// How far the shoulders are in front of the hips.
    let lean: Float
    let headCentre: SIMD3<Float>
    /// Right (index 0), left (index 1).
    var shoulder: [SIMD3<Float>] = []
    var elbow: [SIMD3<Float>] = []
    var hand: [SIMD3<Float>] = []
    var hip: [SIMD3<Float>] = []
    var knee: [SIMD3<Float>] = []
    var ankle: [SIMD3<Float>] = []
    var toe: [SIMD3<Float>] = []

    /// The pose at `phase` (in turns) of a step cycle; a hand that carries something swings little.
    init(_ look: PersonLook, phase: Float) {
        let build = look.build
        height = build.stature
        headHeight = build.headShare * height
        let legs = build.legShare * height
        let thigh = legs * 0.5
        let shin = legs * 0.46

        // Legs first, hanging from a hip at 0; the lower foot then decides how high the hip is.
        var lowest: Float = 0
        for side in 0..<2 {
            let x = (side == 0 ? -1 : 1) * build.hips * 0.50
            let cycle = phase + (side == 0 ? 0 : 0.5)
            let swing = build.stride * Noise.sine(turns: cycle)
            let bend = 0.025 + build.stride * 1.5 * max(0, Noise.cosine(turns: cycle + 0.05))
            let thighAngle = swing + bend * 0.35
            let shinAngle = thighAngle - bend
            let hipJoint = SIMD3(x, 0, 0)
            let kneeJoint =
                hipJoint + thigh * SIMD3(0, -Noise.cosine(turns: thighAngle), Noise.sine(turns: thighAngle))
            let foot =
                kneeJoint + shin * SIMD3(0, -Noise.cosine(turns: shinAngle), Noise.sine(turns: shinAngle))
            hip.append(hipJoint)
            knee.append(kneeJoint)
            ankle.append(foot)
            let pitch = max(0, bend - 0.05) * 1.2
            toe.append(
                foot + SIMD3(0, -0.022 * height, 0)
                    + 0.085 * height
                    * SIMD3(x > 0 ? 0.18 : -0.18, -Noise.sine(turns: pitch), Noise.cosine(turns: pitch)))
            lowest = min(lowest, foot.y)
        }
        hipY = -lowest + 0.03 * height
        for side in 0..<2 {
            hip[side].y += hipY
            knee[side].y += hipY
            ankle[side].y += hipY
            toe[side].y += hipY
        }

        let trunk = height - legs - headHeight * 1.06 - 0.03 * height
        lean = build.stoop * 0.11
        neckY = hipY + trunk * (1 - 0.10 * build.stoop)
        shoulderY = neckY - 0.035 * height
        headCentre = SIMD3(0, neckY + headHeight * (0.56 - 0.10 * build.stoop), lean * 1.35 + 0.012)

        for side in 0..<2 {
            let sign: Float = side == 0 ? -1 : 1
            let carries = (look.market.handbag && look.bagSide == sign) || (look.cane && look.bagSide != sign)
            let cycle = phase + (side == 0 ? 0.5 : 0)
            let swing = (carries ? 0.015 : build.stride * 0.8) * Noise.sine(turns: cycle)
            let bend: Float = look.cane && look.bagSide != sign ? 0.10 : 0.03 + 0.35 * max(0, swing)
            let reach = trunk * 0.52
            let out: Float = 0.10 + (carries ? 0.10 : 0)
            let joint = SIMD3(sign * (build.shoulders - 0.018), shoulderY - 0.012, lean)
            let upperArm = reach * SIMD3(sign * out, -Noise.cosine(turns: swing), Noise.sine(turns: swing))
            let forearm =
                reach * 0.92
                * SIMD3(
                    sign * out * 0.4, -Noise.cosine(turns: swing + bend), Noise.sine(turns: swing + bend))
            shoulder.append(joint)
            elbow.append(joint + upperArm)
            hand.append(joint + upperArm + forearm)
        }
    }
}

/// How the body's frame is seen: turned about its height, a little from above, and scaled to the canvas.
package struct FigureView {
    /// Cosine of the turn: 1 from the front, −1 from behind.
    package let cosine: Float
    /// Sine of the turn: 1 where the body walks to the right of the picture.
    package let sine: Float
    /// Tangent of the camera's tilt.
    package let tilt: Float
    /// Canvas pixels a unit.
    package let scale: Float
    /// Where the point between the feet lies on the canvas.
    package let origin: SIMD2<Float>

    /// `yaw` in turns: 0 towards the camera, ¼ to the right of the picture, ½ away.
    package init(yaw: Float, tilt: Float, scale: Float, origin: SIMD2<Float>) {
        cosine = Noise.cosine(turns: yaw)
        sine = Noise.sine(turns: yaw)
        self.tilt = tilt
        self.scale = scale
        self.origin = origin
    }

    /// Distance towards the camera.
    @inline(__always)
    package func depth(_ point: SIMD3<Float>) -> Float { point.z * cosine - point.x * sine }

    /// Where a point of the body lies on the canvas.
    @inline(__always)
    package func place(_ point: SIMD3<Float>) -> SIMD2<Float> {
        let right = point.x * cosine + point.z * sine
        return origin + scale * SIMD2(right, depth(point) * tilt - point.y)
    }

    /// Half width, and the turn of the surface, of an ellipse of half axes `width` and `depth` about the height.
    @inline(__always)
    package func section(_ width: Float, _ depth: Float) -> Section {
        let x = width * cosine
        let z = depth * sine
        let half = max(1e-5, (x * x + z * z).squareRoot())
        return Section(halfWidth: half, cosine: x / half, sine: z / half)
    }
}

/// A horizontal cut through a body, as seen: tells which place of the body a pixel shows.
package struct Section {
    package let halfWidth: Float
    package let cosine: Float
    package let sine: Float

    /// The place on the unit circle (x to the body's left, z forward) that is seen at `u`, −1…1, and how much it
    /// faces the camera.
    @inline(__always)
    package func place(_ u: Float) -> (x: Float, z: Float, facing: Float) {
        let facing = max(0, 1 - u * u).squareRoot()
        return (u * cosine - facing * sine, facing * cosine + u * sine, facing)
    }
}
