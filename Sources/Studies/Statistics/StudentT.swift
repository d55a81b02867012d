internal import Foundation

/// Student's t distribution, by the regularised incomplete beta function.
enum StudentT {
    /// P(|T| ≥ t) with `degrees` degrees of freedom: I_x(ν/2, ½), x = ν/(ν + t²) (Abramowitz and Stegun, 26.7.1).
    static func twoSided(_ t: Double, degrees: Double) -> Double {
        incompleteBeta(degrees / (degrees + t * t), degrees / 2, 0.5)
    }

    /// I_x(a, b) by its continued fraction (Abramowitz and Stegun, 26.5.8), evaluated from the front (Lentz 1976).
    static func incompleteBeta(_ x: Double, _ a: Double, _ b: Double) -> Double {
        if x <= 0 { return 0 }
        if x >= 1 { return 1 }
        // The fraction converges fast below the mean; above it the complement does.
        if x > (a + 1) / (a + b + 2) { return 1 - incompleteBeta(1 - x, b, a) }
        let gammas = lgamma(a + b) - lgamma(a) - lgamma(b)
        let front = exp(gammas + a * log(x) + b * log(1 - x)) / a
        let tiny = 1e-300
        var (fraction, c, d) = (1.0, 1.0, 0.0)
        for step in 0..<500 {
            let m = Double(step / 2)
            let numerator: Double
            if step == 0 {
                numerator = 1
            } else if step.isMultiple(of: 2) {
                let place: Double = a + 2 * m
                numerator = m * (b - m) * x / ((place - 1) * place)
            } else {
                let place: Double = a + 2 * m
                numerator = -(a + m) * (a + b + m) * x / (place * (place + 1))
            }
            d = 1 + numerator * d
            if abs(d) < tiny { d = tiny }
            d = 1 / d
            c = 1 + numerator / c
            if abs(c) < tiny { c = tiny }
            fraction *= c * d
            if abs(1 - c * d) < 1e-12 { break }
        }
        return front * (fraction - 1)
    }
}
