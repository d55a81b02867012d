internal import Tensors

/// One camera of the site: what it sees behind people, from where it sees them, and what it does to colours.
struct CameraProfile {
    /// What a wall or the far side of the place looks like.
    enum Backdrop { case windows, hedge, bricks, glass, planks, stalls }

    /// What people walk on.
    enum Ground { case tiles, grass, asphalt, polished, cobbles, paving }

    var backdrop: Backdrop
    var ground: Ground
    var wallColour: Colour
    var groundColour: Colour
    /// Where ground meets wall, 0 top … 1 bottom of the picture.
    var horizon: Float
    /// How often people are seen from the front, front left, left, back left, back, back right, right, front right.
    var views: [Float]
    /// Factors of red, green and blue.
    var balance: Colour
    var exposure: Float
    var contrast: Float
    /// Grey that is added: haze.
    var haze: Float
    /// Blur in pixels of a picture of 128 rows.
    var blur: Float
    /// Deviation of the noise in 1/255.
    var noise: Float
    /// Tangent of the tilt.
    var tilt: Float
    var light: Light
    var seed: UInt32

    /// The profile of camera `number` (from 1) of the twin that `seed` names: six kinds of place, each of them a
    /// little different in each twin.
    init(_ number: Int, seed: UInt64) {
        var random = RandomStream(seed: seed, .synthesis, index: StreamName.camera(number).index)
        self = Self.places[(number - 1) % Self.places.count]
        self.seed = random.nextWord()
        if number > Self.places.count {
            wallColour = wallColour * random.uniform(0.7...1.2)
            groundColour = groundColour * random.uniform(0.75...1.15)
            views.rotate(by: 1 + random.below(7))
        }
        horizon += random.uniform(-0.04...0.04)
        exposure *= random.uniform(0.95...1.05)
        tilt *= random.uniform(0.85...1.15)
    }

    private init(
        _ backdrop: Backdrop, _ wall: Colour, _ ground: Ground, _ floor: Colour, horizon: Float,
        views: [Float],
        balance: Colour, exposure: Float, contrast: Float, haze: Float, blur: Float, noise: Float,
        tilt: Float,
        light: Light
    ) {
        self.backdrop = backdrop
        self.ground = ground
        wallColour = wall
        groundColour = floor
        self.horizon = horizon
        self.views = views
        self.balance = balance
        self.exposure = exposure
        self.contrast = contrast
        self.haze = haze
        self.blur = blur
        self.noise = noise
        self.tilt = tilt
        self.light = light
        seed = 0
    }

    private static let places: [CameraProfile] = [
        CameraProfile(
            .windows, Colour(0.76, 0.70, 0.60), .tiles, Colour(0.70, 0.68, 0.64), horizon: 0.40,
            views: [5, 3, 1, 1, 1, 1, 1, 3], balance: Colour(1.06, 1.0, 0.92), exposure: 1.08, contrast: 1.06,
            haze: 0, blur: 0.35, noise: 4, tilt: 0.16, light: Light(side: -0.8, ambient: 0.56, strength: 0.50)
        ),
        CameraProfile(
            .hedge, Colour(0.27, 0.36, 0.22), .grass, Colour(0.48, 0.53, 0.36), horizon: 0.34,
            views: [1, 1, 1, 3, 5, 3, 1, 1], balance: Colour(0.98, 1.05, 0.94), exposure: 1.02,
            contrast: 1.02,
            haze: 0.02, blur: 0.5, noise: 4, tilt: 0.12,
            light: Light(side: 0.7, ambient: 0.54, strength: 0.52)),
        CameraProfile(
            .bricks, Colour(0.56, 0.42, 0.36), .asphalt, Colour(0.42, 0.42, 0.44), horizon: 0.46,
            views: [1, 2, 5, 2, 1, 1, 1, 1], balance: Colour(0.94, 0.98, 1.08), exposure: 0.99,
            contrast: 0.96,
            haze: 0.03, blur: 0.6, noise: 5, tilt: 0.20,
            light: Light(side: 0.2, ambient: 0.66, strength: 0.34)),
        CameraProfile(
            .glass, Colour(0.52, 0.62, 0.70), .polished, Colour(0.74, 0.75, 0.78), horizon: 0.36,
            views: [2, 3, 1, 1, 2, 1, 1, 3], balance: Colour(0.96, 1.0, 1.06), exposure: 1.14, contrast: 0.88,
            haze: 0.07, blur: 0.45, noise: 4, tilt: 0.14,
            light: Light(side: -0.3, ambient: 0.68, strength: 0.36)),
        CameraProfile(
            .planks, Colour(0.55, 0.50, 0.44), .cobbles, Colour(0.58, 0.50, 0.45), horizon: 0.30,
            views: [1, 1, 1, 1, 1, 2, 5, 2], balance: Colour(1.08, 0.99, 0.90), exposure: 0.98,
            contrast: 1.06,
            haze: 0, blur: 0.4, noise: 5, tilt: 0.24, light: Light(side: 0.9, ambient: 0.50, strength: 0.56)),
        CameraProfile(
            .stalls, Colour(0.44, 0.40, 0.42), .paving, Colour(0.50, 0.48, 0.46), horizon: 0.43,
            views: [2, 1, 2, 3, 3, 1, 2, 1], balance: Colour(1.02, 0.98, 1.0), exposure: 0.98, contrast: 1.0,
            haze: 0.02, blur: 0.7, noise: 6, tilt: 0.10,
            light: Light(side: -0.5, ambient: 0.60, strength: 0.44)),
    ]
}

extension [Float] {
    /// Moves the first `count` elements to the end.
    fileprivate mutating func rotate(by count: Int) { self = Array(self[count...]) + Array(self[..<count]) }
}
