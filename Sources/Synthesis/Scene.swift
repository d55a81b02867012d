internal import Images
internal import Tensors

/// One picture of the twin: a place, a person in it, what hides it, and the camera.
struct Scene {
    let configuration: TwinConfiguration
    let camera: CameraProfile
    let shot: TwinShot
    private var walk: RandomStream
    private var random: RandomStream

    init(_ configuration: TwinConfiguration, camera: CameraProfile, shot: TwinShot) {
        self.configuration = configuration
        self.camera = camera
        self.shot = shot
        let walkName = StreamName.walk(person: shot.personID, camera: shot.camera, sequence: shot.sequence)
        let shotName = StreamName.shot(
            person: shot.personID, camera: shot.camera, sequence: shot.sequence, frame: shot.frame,
            box: shot.box)
        // Pictures of nobody in particular have no walk in common: each has its own.
        walk = RandomStream(
            seed: configuration.seed, .synthesis,
            index: shot.personID > 0 ? walkName.index : shotName.index ^ 1 << 60)
        random = RandomStream(seed: configuration.seed, .synthesis, index: shotName.index)
    }

    /// How a picture of nobody in particular is spoilt.
    private enum Framing { case person, part, nobody }

    /// Draws the picture; `look` is nil for junk and distractors, which get a look of their own.
    mutating func picture(of look: PersonLook?) -> Picture {
        let factor = configuration.oversampling
        var canvas = Canvas(height: configuration.height * factor, width: configuration.width * factor)
        let tall = Float(canvas.height)
        let wide = Float(canvas.width)

        let direction = Float(walk.weighted(camera.views)) / 8 + walk.uniform(-0.05...0.05)
        let exposure = walk.uniform(0.84...1.16)
        let warmth = walk.uniform(-0.05...0.05)
        let stretch = walk.uniform(0...40)
        let lightSide = max(-1, min(1, camera.light.side + walk.uniform(-0.5...0.5)))

        let framing = look == nil ? [Framing.person, .part, .nobody][random.weighted([2, 4, 4])] : .person
        let closeUp: Float = framing == .part ? random.uniform(1.5...2.4) : 1
        let unit = tall * 0.92 * random.uniform(0.92...1.08) * closeUp
        var foot = SIMD2(
            wide * (0.5 + random.uniform(-0.06...0.06)), tall * (0.955 + random.uniform(-0.03...0.035)))
        if framing == .part {
            foot += SIMD2(wide * random.uniform(-0.5...0.5), tall * random.uniform(0...1.1))
        }
        let horizon = tall * max(0.12, camera.horizon + random.uniform(-0.04...0.04))

        Background(camera: camera, stretch: stretch, scale: unit, grain: factor).draw(
            on: &canvas, horizon: horizon)
        clutter(on: &canvas, horizon: horizon)
        if framing != .nobody {
            let light = Light(side: lightSide, ambient: camera.light.ambient, strength: camera.light.strength)
            let who = look ?? stranger()
            figure(
                who, yaw: direction + random.uniform(-0.03...0.03), unit: unit, foot: foot, light, on: &canvas
            )
            occlude(on: &canvas, unit: unit, light)
        }
        let developer = Developer(
            camera: camera, exposure: exposure * random.uniform(0.96...1.04),
            balance: Colour(1 + warmth, 1, 1 - warmth),
            blur: camera.blur * random.uniform(0.7...1.4), seed: random.nextWord())
        return developer.develop(canvas, height: configuration.height, width: configuration.width)
    }

    private mutating func stranger() -> PersonLook {
        PersonLook(AttributeMarginals.draw(&random, minimumShare: configuration.minimumShare), &random)
    }

    private mutating func figure(
        _ look: PersonLook, yaw: Float, unit: Float, foot: SIMD2<Float>, _ light: Light,
        on canvas: inout Canvas
    ) {
        let pose = FigurePose(look, phase: random.uniform())
        let view = FigureView(yaw: yaw, tilt: camera.tilt, scale: unit, origin: foot)
        FigureRenderer(look: look, pose: pose, view: view, light: light).draw(on: &canvas)
    }

    /// Things behind the person.
    private mutating func clutter(on canvas: inout Canvas, horizon: Float) {
        let tall = Float(canvas.height)
        let wide = Float(canvas.width)
        for _ in 0..<random.weighted([3, 4, 3]) {
            let x = wide * random.uniform(-0.1...1.1)
            let y = horizon + tall * random.uniform(0.01...0.12)
            let near = 0.6 + 2 * (y - horizon) / tall
            let colour = NamedColours.draw(NamedColours.accessories, &random).mixed(Colour(gray: 0.45), 0.25)
            switch random.below(6) {
            case 0: Clutter.bicycle(SIMD2(x, y), tall * 0.19 * near, colour, on: &canvas)
            case 1, 2: Clutter.stranger(SIMD2(x, y), tall * 0.30 * near, &random, on: &canvas)
            case 3: Clutter.crate(SIMD2(x, y), tall * 0.14 * near, colour, on: &canvas)
            case 4: Clutter.bush(SIMD2(x, y), tall * 0.12 * near, seed: random.nextWord(), on: &canvas)
            default: Clutter.car(SIMD2(x, y), tall * 0.19 * near, colour, on: &canvas)
            }
        }
        if random.chance(0.2) {
            Clutter.pole(
                wide * random.uniform(0...1), wide * 0.02, Colour(gray: random.uniform(0.25...0.6)),
                on: &canvas)
        }
    }

    /// Things in front of the person, on some pictures; never over the middle of it.
    private mutating func occlude(on canvas: inout Canvas, unit: Float, _ light: Light) {
        guard random.chance(0.16) else { return }
        let tall = Float(canvas.height)
        let wide = Float(canvas.width)
        let side: Float = random.chance(0.5) ? 0 : 1
        let edge = wide * (side + (side == 0 ? 1 : -1) * random.uniform(0...0.10))
        let colour = NamedColours.draw(NamedColours.accessories, &random)
        switch random.below(5) {
        case 0:
            Clutter.pole(edge + (0.5 - side) * wide * 0.2, wide * 0.045, Colour(gray: 0.4), on: &canvas)
        case 1:
            Clutter.bush(SIMD2(edge, tall), tall * 0.20, seed: random.nextWord(), on: &canvas)
        case 2:
            Clutter.bicycle(SIMD2(edge, tall * 1.0), tall * 0.26, colour, on: &canvas)
        case 3:
            Clutter.crate(SIMD2(edge, tall * 1.02), tall * 0.20, colour, on: &canvas)
        default:
            let foot = SIMD2(edge + (side - 0.5) * wide * 0.34, tall * random.uniform(0.97...1.08))
            figure(stranger(), yaw: random.uniform(), unit: unit * 1.04, foot: foot, light, on: &canvas)
        }
    }
}
