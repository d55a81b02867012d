internal import ArgumentParser

/// `jcm draw`: the paper's pictures.
struct DrawCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "draw",
        abstract: "Draws what a model sees and finds, as SVG files that need nothing else.",
        subcommands: [DrawPerson.self, DrawGallery.self, DrawConfusion.self, DrawMatchingCurve.self])
}
