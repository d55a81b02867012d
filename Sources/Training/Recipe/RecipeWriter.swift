extension Recipe {
    /// The whole recipe as YAML, every setting with what it decides: what lies in a run folder, and reads back as it is.
    public var yaml: String {
        var lines = ["preset: \(preset.rawValue)"]
        var section = ""
        for setting in RecipeSetting.all {
            let parts = setting.key.split(separator: ".")
            if parts[0] != section {
                section = String(parts[0])
                lines += ["", "\(section):"]
            }
            let entry = "  \(parts[1]): \(setting.read(self))"
            let padding = String(repeating: " ", count: max(1, 36 - entry.count))
            lines.append(entry + padding + "# " + setting.summary)
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// The settings in which another recipe differs, as "key: ours, theirs"; free settings do not count.
    public func differences(from other: Recipe) -> [String] {
        RecipeSetting.all.filter { !$0.isFree && $0.read(self) != $0.read(other) }
            .map { "\($0.key): \($0.read(self)) here, \($0.read(other)) there" }
    }

    /// All settings that another recipe has otherwise: key, value here, value there; free settings count.
    public func departures(from other: Recipe) -> [(key: String, value: String, other: String)] {
        RecipeSetting.all.filter { $0.read(self) != $0.read(other) }.map { ($0.key, $0.read(self), $0.read(other)) }
    }

    /// A setting's value as text, by its key.
    public func text(of key: String) -> String? { RecipeSetting.all.first { $0.key == key }?.read(self) }
}
