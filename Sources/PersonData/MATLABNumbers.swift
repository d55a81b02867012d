/// Whole numbers of a MATLAB file that holds one array of them, as lists of identities and cameras do.
public enum MATLABNumbers {
    /// The numbers in the order of the file, columns first.
    ///
    /// Throws where the file is missing, damaged, or holds anything else.
    public static func read(_ path: String) throws(PersonDataError) -> [Int] {
        let file = try MATLABFile(path)
        guard file.names.count == 1, case .numbers(let values) = try file.read(file.names[0]) else {
            throw PersonDataError(path, "holds \(file.names.shortList), expected is one array of numbers")
        }
        var numbers: [Int] = []
        for value in values {
            guard let number = Int(exactly: value) else {
                throw PersonDataError(path, "holds \(value), expected are whole numbers")
            }
            numbers.append(number)
        }
        return numbers
    }
}
