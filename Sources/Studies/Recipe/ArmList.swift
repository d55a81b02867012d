internal import Foundation
internal import Training

/// Turns the rules of a study into arms.
enum ArmList {
    /// All arms of a study, in its order.
    static func expand(
        _ study: StudyRecipe, base: Recipe, attributes: (_ prepared: String) throws -> [String]
    ) throws -> [StudyRecipe.Arm] {
        var arms: [StudyRecipe.Arm] = []
        for generator in study.generators {
            switch generator {
            case .arm(let arm): arms.append(arm)
            case .leaveOut(let names, let paper):
                for name in try names ?? attributes(base.data.prepared) {
                    let out = (base.data.leaveOut + [name]).joined(separator: ",")
                    arms.append(.init(name: "without \(name)", changes: ["data.leave_out=\(out)"], paper: paper[name]))
                }
            case .grid(let axes, let paper):
                for (name, changes) in combinations(axes) {
                    arms.append(.init(name: name, changes: changes, paper: paper[name]))
                }
            case .orders(let count):
                for order in 1...count {
                    arms.append(.init(name: "order \(order)", changes: ["data.order_seed=\(order)"], paper: nil))
                }
            }
        }
        for arm in arms where arm.name.isEmpty || arm.name.utf8.count > 100 || arm.name.contains("\n") {
            throw StudyError("\(study.path): arms: a name has 1 to 100 characters on one line, found '\(arm.name)'")
        }
        if let doubled = Dictionary(grouping: arms, by: \.name).first(where: { $0.value.count > 1 })?.key {
            throw StudyError("\(study.path): two arms are called '\(doubled)'")
        }
        return arms
    }

    /// Every combination, named "key=value key=value" with the last words of the keys.
    private static func combinations(_ axes: [StudyRecipe.Axis]) -> [(name: String, changes: [String])] {
        axes.reduce([("", [])]) { partial, axis in
            partial.flatMap { name, changes in
                axis.values.map { value in
                    let word = axis.key.split(separator: ".").last.map(String.init) ?? axis.key
                    let name = name.isEmpty ? "\(word)=\(value)" : "\(name) \(word)=\(value)"
                    return (name, changes + ["\(axis.key)=\(value)"])
                }
            }
        }
    }

    /// A name that every file system takes: letters, digits and `=._+-` stay, all else becomes `_`.
    static func folderName(_ name: String) -> String {
        let kept = name.unicodeScalars.map { scalar in
            scalar.isASCII && (CharacterSet.alphanumerics.contains(scalar) || "=._+-".unicodeScalars.contains(scalar))
                ? Character(scalar) : "_"
        }
        return kept.first == "." ? "_" + String(kept.dropFirst()) : String(kept)
    }
}
