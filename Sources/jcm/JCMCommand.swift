internal import ArgumentParser

@main
struct JCMCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "jcm", abstract: "Train a joint CTC-Attention model.")
}
