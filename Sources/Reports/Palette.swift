internal import Foundation

/// The colours of all figures; the curves are told apart in grey, too, by their dashes.
enum Palette {
    static let paper = "#ffffff", ink = "#1f2933", muted = "#66727f", faint = "#e3e8ed", wash = "#f5f7f9"
    static let right = "#2e9e5b", wrong = "#d0443e", query = "#2f6fb0", accent = "#e0852b"
    static let curves = [query, accent, "#8a8f98", "#7a4fa3"]
    static let dashes: [String?] = [nil, "8 4", "2 4", "12 4 2 4"]

    /// White for 0 to deep blue for 1.
    static func heat(_ share: Double) -> String {
        let t = share.isFinite ? min(max(share, 0), 1) : 0
        let (from, to) = ([255.0, 255, 255], [21.0, 74, 133])
        let parts = zip(from, to).map { Int(($0 + ($1 - $0) * t.squareRoot()).rounded()) }
        return String(format: "#%02x%02x%02x", parts[0], parts[1], parts[2])
    }

    /// Ink that can be read on `heat(share)`.
    static func inkOnHeat(_ share: Double) -> String { share > 0.3 ? paper : ink }
}
