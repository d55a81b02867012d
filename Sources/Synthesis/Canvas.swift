/// Where light comes from, seen from the camera: it shades every rounded body.
package struct Light {
    /// From the right (1) … from the left (−1).
    package var side: Float
    /// What every surface gets.
    package var ambient: Float
    /// What a surface that faces the light gets on top.
    package var strength: Float

    package init(side: Float, ambient: Float, strength: Float) {
        self.side = side
        self.ambient = ambient
        self.strength = strength
    }

    /// Brightness of a surface whose normal points `x` to the right and `z` to the camera.
    @inline(__always)
    package func on(_ x: Float, _ z: Float) -> Float {
        ambient + strength * max(0, 0.62 * z + 0.78 * side * x)
    }
}

/// The surface that shapes are painted on: pixels finer than the picture's, averaged in the end.
package struct Canvas {
    /// In canvas pixels.
    package let height: Int
    /// In canvas pixels.
    package let width: Int
    /// Row by row from the top left.
    package var pixels: [Colour]

    package init(height: Int, width: Int) {
        self.height = height
        self.width = width
        pixels = [Colour](repeating: .zero, count: height * width)
    }

    /// Paints the pixels of a box: `shade` says colour and coverage (0…1) at a pixel's centre.
    @inline(__always)
    package mutating func paint(
        left: Float, right: Float, top: Float, bottom: Float,
        _ shade: (_ x: Float, _ y: Float) -> (Colour, Float)
    ) {
        let firstRow = max(0, Int(max(top, -4) - 1))
        let lastRow = min(height - 1, Int(min(bottom, Float(height) + 4) + 1))
        let firstColumn = max(0, Int(max(left, -4) - 1))
        let lastColumn = min(width - 1, Int(min(right, Float(width) + 4) + 1))
        guard firstRow <= lastRow, firstColumn <= lastColumn else { return }
        let stride = width
        pixels.withUnsafeMutableBufferPointer { pixels in
            for row in firstRow...lastRow {
                let y = Float(row) + 0.5
                for column in firstColumn...lastColumn {
                    let (colour, coverage) = shade(Float(column) + 0.5, y)
                    guard coverage > 0 else { continue }
                    let index = row * stride + column
                    pixels[index] += (colour - pixels[index]) * min(coverage, 1)
                }
            }
        }
    }

    /// Paints a limb: a cylinder with round ends whose radius goes from one value to another; `cut` ends it flat
    /// at `b`, as a sleeve does.
    ///
    /// `surface` gives the colour at `u` (−1 left … 1 right of the axis) and `v` (0 at `a`, 1 at `b`).
    @inline(__always)
    package mutating func limb(
        _ a: SIMD2<Float>, _ b: SIMD2<Float>, _ radiusA: Float, _ radiusB: Float, light: Light,
        cut: Bool = false, _ surface: (_ u: Float, _ v: Float) -> Colour
    ) {
        let reach = max(radiusA, radiusB) + 1
        let axis = b - a
        let squared = max(1e-6, axis.x * axis.x + axis.y * axis.y)
        // The normal is turned so that u grows to the right of the picture whichever way the limb points.
        let length = squared.squareRoot()
        let sign: Float = axis.y >= 0 ? 1 : -1
        let normal = SIMD2(axis.y, -axis.x) * (sign / length)
        paint(
            left: min(a.x, b.x) - reach, right: max(a.x, b.x) + reach, top: min(a.y, b.y) - reach,
            bottom: max(a.y, b.y) + reach
        ) { x, y in
            let px = x - a.x
            let py = y - a.y
            let along = (px * axis.x + py * axis.y) / squared
            let t = Noise.clamped(along)
            let radius = radiusA + (radiusB - radiusA) * t
            let dx = px - axis.x * t
            let dy = py - axis.y * t
            let distance2 = dx * dx + dy * dy
            guard distance2 < (radius + 1) * (radius + 1) else { return (.zero, 0) }
            var coverage = radius - distance2.squareRoot() + 0.5
            if cut { coverage = min(coverage, (1 - along) * length + 0.5) }
            let u = max(-1, min(1, (px * normal.x + py * normal.y) / radius))
            let depth = max(0, 1 - u * u).squareRoot()
            return (surface(u, t) * light.on(u * normal.x, depth), coverage)
        }
    }

    /// Paints a limb of one colour, without shade: a line, a pole, a distant thing.
    package mutating func line(_ a: SIMD2<Float>, _ b: SIMD2<Float>, _ radius: Float, _ colour: Colour) {
        limb(a, b, radius, radius, light: Light(side: 0, ambient: 1, strength: 0)) { _, _ in colour }
    }

    /// Paints an ellipse: `surface` gives colour (and coverage to multiply with) at −1…1 right and down.
    @inline(__always)
    package mutating func ellipse(
        _ centre: SIMD2<Float>, _ radiusX: Float, _ radiusY: Float,
        _ surface: (_ u: Float, _ v: Float) -> (Colour, Float)
    ) {
        let scale = min(radiusX, radiusY)
        paint(
            left: centre.x - radiusX, right: centre.x + radiusX, top: centre.y - radiusY,
            bottom: centre.y + radiusY
        ) { x, y in
            let u = (x - centre.x) / radiusX
            let v = (y - centre.y) / radiusY
            let squared = u * u + v * v
            guard squared < 2.5 else { return (.zero, 0) }
            let coverage = (1 - squared.squareRoot()) * scale + 0.5
            guard coverage > 0 else { return (.zero, 0) }
            let (colour, share) = surface(u, v)
            return (colour, min(1, coverage) * share)
        }
    }

    /// Paints a box with round corners, turned by `turn` (sine, cosine); `surface` as in `ellipse`.
    @inline(__always)
    package mutating func box(
        _ centre: SIMD2<Float>, _ halfWidth: Float, _ halfHeight: Float, corner: Float,
        turn: SIMD2<Float> = SIMD2(0, 1), _ surface: (_ u: Float, _ v: Float) -> Colour
    ) {
        let reach = (halfWidth * halfWidth + halfHeight * halfHeight).squareRoot()
        let reachX = turn.x == 0 ? halfWidth : reach
        let reachY = turn.x == 0 ? halfHeight : reach
        paint(
            left: centre.x - reachX, right: centre.x + reachX, top: centre.y - reachY,
            bottom: centre.y + reachY
        ) { x, y in
            let dx = x - centre.x
            let dy = y - centre.y
            let across = dx * turn.y + dy * turn.x
            let along = dy * turn.y - dx * turn.x
            let qx = max(0, abs(across) - halfWidth + corner)
            let qy = max(0, abs(along) - halfHeight + corner)
            let coverage = corner - (qx * qx + qy * qy).squareRoot() + 0.5
            guard coverage > 0 else { return (.zero, 0) }
            return (surface(across / halfWidth, along / halfHeight), coverage)
        }
    }

    /// Paints a body with an outline given row by row, such as a torso or a skirt.
    ///
    /// `outline` gives centre and half width of the row at `v` (0 top … 1 bottom), and what `surface` needs to
    /// know of the row; `surface` gives the colour at `u` (−1…1) of that row.
    @inline(__always)
    package mutating func loft<Row>(
        top: Float, bottom: Float, _ outline: (_ v: Float) -> (centre: Float, halfWidth: Float, row: Row),
        _ surface: (_ row: Row, _ u: Float, _ v: Float) -> Colour
    ) {
        let firstRow = max(0, Int(max(top, 0)))
        let lastRow = min(height - 1, Int(min(bottom, Float(height))))
        guard firstRow <= lastRow, bottom > top else { return }
        let stride = width
        let limit = Float(width)
        pixels.withUnsafeMutableBufferPointer { pixels in
            for line in firstRow...lastRow {
                let y = Float(line) + 0.5
                let v = Noise.clamped((y - top) / (bottom - top))
                let ends = min(1, min(y - top, bottom - y) + 0.5)
                let (centre, halfWidth, row) = outline(v)
                let first = max(0, Int(max(centre - halfWidth - 1, 0)))
                let last = min(stride - 1, Int(min(centre + halfWidth + 1, limit)))
                guard ends > 0, first <= last, halfWidth > 0 else { continue }
                for column in first...last {
                    let x = Float(column) + 0.5 - centre
                    let coverage = min(1, halfWidth - abs(x) + 0.5) * ends
                    guard coverage > 0 else { continue }
                    let u = max(-1, min(1, x / halfWidth))
                    let index = line * stride + column
                    pixels[index] += (surface(row, u, v) - pixels[index]) * coverage
                }
            }
        }
    }
}
