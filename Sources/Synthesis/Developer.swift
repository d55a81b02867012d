internal import Images
internal import Tensors

/// What happens between the scene and the file: averaging, the camera's colours, blur and noise.
struct Developer {
    let camera: CameraProfile
    /// Exposure of this walk, on top of the camera's.
    let exposure: Float
    /// Colours of this walk, on top of the camera's.
    let balance: Colour
    /// Blur in pixels of a picture of 128 rows.
    let blur: Float
    let seed: UInt32

    /// The picture of `height`×`width` that the camera makes of `canvas`, which is finer by a whole factor.
    func develop(_ canvas: Canvas, height: Int, width: Int) -> Picture {
        var pixels = averaged(canvas, height: height, width: width)
        // Three taps of weight w on both sides spread by √(2w); wide blurs take several passes.
        let spread = blur * Float(height) / 128
        var variance = spread * spread
        while variance > 0.02 {
            let part = min(variance, 0.5)
            soften(&pixels, height: height, width: width, weight: part / 2)
            variance -= part
        }
        return exposed(pixels, height: height, width: width)
    }

    private func averaged(_ canvas: Canvas, height: Int, width: Int) -> [Colour] {
        let factor = canvas.height / height
        precondition(
            canvas.height == height * factor && canvas.width == width * factor,
            "canvas \(canvas.height)×\(canvas.width) for a picture of \(height)×\(width)")
        let share = 1 / Float(factor * factor)
        var pixels = [Colour](repeating: .zero, count: height * width)
        canvas.pixels.withUnsafeBufferPointer { fine in
            for row in 0..<height {
                for column in 0..<width {
                    var sum = Colour.zero
                    for y in 0..<factor {
                        let start = (row * factor + y) * canvas.width + column * factor
                        for x in 0..<factor { sum += fine[start + x] }
                    }
                    pixels[row * width + column] = sum * share
                }
            }
        }
        return pixels
    }

    /// One pass of a three-tap filter along both axes; edges repeat.
    private func soften(_ pixels: inout [Colour], height: Int, width: Int, weight: Float) {
        let middle = 1 - 2 * weight
        pixels.withUnsafeMutableBufferPointer { pixels in
            for row in 0..<height {
                var previous = pixels[row * width]
                for column in 0..<width {
                    let index = row * width + column
                    let current = pixels[index]
                    let next = column + 1 < width ? pixels[index + 1] : current
                    pixels[index] = current * middle + (previous + next) * weight
                    previous = current
                }
            }
            for column in 0..<width {
                var previous = pixels[column]
                for row in 0..<height {
                    let index = row * width + column
                    let current = pixels[index]
                    let next = row + 1 < height ? pixels[index + width] : current
                    pixels[index] = current * middle + (previous + next) * weight
                    previous = current
                }
            }
        }
    }

    private func exposed(_ pixels: [Colour], height: Int, width: Int) -> Picture {
        let gain = camera.balance * balance * (camera.exposure * exposure)
        let middle = Colour(gray: 0.45)
        let haze = Colour(gray: camera.haze)
        let amplitude = camera.noise * 1.73 / 255
        var bytes = [UInt8](repeating: 0, count: height * width * 3)
        pixels.withUnsafeBufferPointer { pixels in
            bytes.withUnsafeMutableBufferPointer { bytes in
                for index in 0..<(height * width) {
                    var colour = pixels[index] * gain
                    colour = (colour - middle) * camera.contrast + middle
                    colour = colour * (1 - camera.haze) + haze
                    // The shoulder keeps bright cloth from burning out.
                    let knee = Colour(repeating: 0.75)
                    let over = (colour - knee).replacing(with: Colour.zero, where: colour .< knee)
                    colour -= over * 0.45
                    let word = Noise.scrambled(UInt32(truncatingIfNeeded: index) &* 2_654_435_761 ^ seed)
                    let grain = Colour(Float(word & 1023), Float(word >> 10 & 1023), Float(word >> 20 & 1023))
                    let common = Float(Noise.scrambled(word) & 1023)
                    colour += (grain * 0.6 + Colour(gray: common * 0.8 - 716.1)) * (amplitude / 512)
                    let scaled = (colour * 255 + Colour(gray: 0.5)).clamped(
                        lowerBound: Colour.zero, upperBound: Colour(repeating: 255))
                    bytes[index * 3] = UInt8(scaled.x)
                    bytes[index * 3 + 1] = UInt8(scaled.y)
                    bytes[index * 3 + 2] = UInt8(scaled.z)
                }
            }
        }
        return Picture(height: height, width: width, pixels: bytes)
    }
}
