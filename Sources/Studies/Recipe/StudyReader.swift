internal import Foundation
internal import Yams

/// Study recipes from YAML files.
public enum StudyReader {
    private static let keys = [
        "about", "base", "settings", "warm_start", "seeds", "ranks_per_arm", "reference", "measure", "arms",
    ]

    /// The study in a file; paths in it are relative to the file.
    public static func read(_ path: String) throws(StudyError) -> StudyRecipe {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw StudyError("\(path): no such study; name a YAML file, such as recipes/studies/attributes.yaml")
        }
        guard let text = String(data: data, encoding: .utf8) else {
            throw StudyError("\(path): is no UTF-8 text; a study is a YAML file")
        }
        return try read(text: text, path: path)
    }

    /// The study in the text of a YAML document.
    public static func read(text: String, path: String) throws(StudyError) -> StudyRecipe {
        let root: Node?
        do { root = try Yams.compose(yaml: text) } catch {
            let line = "\(error)".split(separator: "\n").prefix(2).joined(separator: " ")
            throw StudyError("\(path): is no YAML: \(line)")
        }
        guard let root = root?.mapping else {
            throw StudyError("\(path): a study is a YAML mapping with 'base' and 'arms'")
        }
        var study = StudyRecipe()
        study.path = path
        for (key, node) in root {
            try read(key.string ?? "", node, into: &study, path)
        }
        guard !study.base.isEmpty else {
            throw StudyError("\(path): 'base' is missing: the recipe that arms begin from")
        }
        guard !study.generators.isEmpty else {
            throw StudyError("\(path): 'arms' is missing: there is nothing to train")
        }
        return study
    }

    private static func read(
        _ key: String, _ node: Node, into study: inout StudyRecipe, _ path: String
    ) throws(StudyError) {
        switch key {
        case "about": study.about = node.string ?? ""
        case "base":
            let value = node.string ?? ""
            let folder = (path as NSString).deletingLastPathComponent
            let isFile = value.hasSuffix(".yaml") || value.hasSuffix(".yml")
            study.base = !isFile || value.hasPrefix("/") || folder.isEmpty ? value : folder + "/" + value
        case "settings": study.changes = try changes(node, path, "settings")
        case "warm_start": study.warmStart = try changes(node, path, "warm_start")
        case "seeds":
            let seeds = (node.sequence.map { Array($0) } ?? [node]).map { $0.scalar.flatMap { Int($0.string) } }
            let known = seeds.compactMap { $0 }
            guard !known.isEmpty, known.count == seeds.count, known.allSatisfy({ $0 >= 0 }) else {
                throw StudyError("\(path): seeds: expected are whole numbers from 0, such as [1, 2, 3]")
            }
            guard Set(known).count == known.count else { throw StudyError("\(path): seeds: one stands there twice") }
            study.seeds = known
        case "ranks_per_arm":
            guard let count = node.scalar.flatMap({ Int($0.string) }), (1...65_536).contains(count) else {
                throw StudyError("\(path): ranks_per_arm: expected is a whole number from 1")
            }
            study.ranksPerArm = count
        case "reference": study.reference = node.string ?? ""
        case "measure":
            guard let measure = StudyRecipe.Measure(rawValue: node.string ?? "") else {
                let names = StudyRecipe.Measure.allCases.map(\.rawValue).joined(separator: ", ")
                throw StudyError("\(path): measure: expected is one of \(names), found '\(node.string ?? "")'")
            }
            study.measure = measure
        case "arms":
            guard let items = node.sequence else { throw StudyError("\(path): arms: a list is expected") }
            for item in items { study.generators.append(try ArmReader.read(item, path)) }
        default:
            throw StudyError("\(path): unknown key '\(key)'; a study has \(keys.joined(separator: ", "))")
        }
    }

    /// A mapping of settings, nested or with dots, as "key=value".
    static func changes(_ node: Node, _ path: String, _ where: String) throws(StudyError) -> [String] {
        guard let mapping = node.mapping else { throw StudyError("\(path): \(`where`): settings are expected") }
        var result: [String] = []
        for (key, value) in mapping {
            let name = key.string ?? ""
            if value.mapping != nil {
                result += try changes(value, path, `where`).map { "\(name).\($0)" }
            } else {
                guard let text = text(value) else {
                    throw StudyError("\(path): \(`where`): \(name): a value or a list of values is expected")
                }
                result.append("\(name)=\(text)")
            }
        }
        return result
    }

    /// A scalar, or a list of scalars with commas.
    static func text(_ node: Node) -> String? {
        if let scalar = node.scalar { return scalar.string }
        guard let items = node.sequence?.map({ $0.scalar?.string }), !items.contains(nil) else { return nil }
        return items.compactMap { $0 }.joined(separator: ",")
    }
}
