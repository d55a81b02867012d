/// The twelve attributes of Market-1501's label file, of one person.
public struct MarketLook: Hashable, Sendable {
    /// Male 1, female 2.
    public enum Gender: Int, Sendable, CaseIterable { case male = 1, female }

    /// Young 1, teenager 2, adult 3, old 4.
    public enum Age: Int, Sendable, CaseIterable { case young = 1, teen, adult, old }

    /// The colours of upper clothing that have a name in the label file.
    public enum UpperColour: String, Sendable, CaseIterable {
        case black, white, red, purple, gray, blue, green, yellow
    }

    /// The colours of lower clothing that have a name in the label file.
    public enum LowerColour: String, Sendable, CaseIterable {
        case black, white, pink, gray, blue, green, brown, yellow, purple
    }

    /// `gender`.
    public var gender: Gender
    /// `age`.
    public var age: Age
    /// `hair`: short 1, long 2.
    public var longHair: Bool
    /// `up`: long sleeves 1, short sleeves 2.
    public var longSleeves: Bool
    /// `down`: long lower clothing 1, short 2.
    public var longLower: Bool
    /// `clothes`: dress or skirt 1, trousers 2.
    public var dress: Bool
    /// `hat`.
    public var hat: Bool
    /// `backpack`.
    public var backpack: Bool
    /// `bag`: hangs from a shoulder.
    public var bag: Bool
    /// `handbag`: carried in a hand.
    public var handbag: Bool
    /// The colour of upper clothing, if it has one of the eight.
    public var upper: UpperColour?
    /// The colour of lower clothing, if it has one of the nine.
    public var lower: LowerColour?

    /// A look from its attributes.
    public init(
        gender: Gender, age: Age, longHair: Bool, longSleeves: Bool, longLower: Bool, dress: Bool,
        hat: Bool = false, backpack: Bool = false, bag: Bool = false, handbag: Bool = false,
        upper: UpperColour?, lower: LowerColour?
    ) {
        self.gender = gender
        self.age = age
        self.longHair = longHair
        self.longSleeves = longSleeves
        self.longLower = longLower
        self.dress = dress
        self.hat = hat
        self.backpack = backpack
        self.bag = bag
        self.handbag = handbag
        self.upper = upper
        self.lower = lower
    }

    /// The code of one of the label file's 27 fields, or nil for a name that it does not have.
    public func code(_ field: String) -> Int? {
        switch field {
        case "gender": return gender.rawValue
        case "age": return age.rawValue
        case "hair": return longHair ? 2 : 1
        case "up": return longSleeves ? 1 : 2
        case "down": return longLower ? 1 : 2
        case "clothes": return dress ? 1 : 2
        case "hat": return hat ? 2 : 1
        case "backpack": return backpack ? 2 : 1
        case "bag": return bag ? 2 : 1
        case "handbag": return handbag ? 2 : 1
        default: break
        }
        if field.hasPrefix("up"), let named = UpperColour(rawValue: String(field.dropFirst(2))) {
            return upper == named ? 2 : 1
        }
        if field.hasPrefix("down"), let named = LowerColour(rawValue: String(field.dropFirst(4))) {
            return lower == named ? 2 : 1
        }
        return nil
    }

    /// A look from the codes of the label file's fields, by name; of several colours the first in file order.
    ///
    /// - Throws: `TwinError` for a field that is missing or has a code that the file does not define.
    public init(codes: [String: Int]) throws(TwinError) {
        func code(_ field: String, _ range: ClosedRange<Int> = 1...2) throws(TwinError) -> Int {
            guard let value = codes[field], range.contains(value) else {
                let found = codes[field].map { "\($0)" } ?? "nothing"
                throw TwinError(
                    "label row: field '\(field)' expected \(range.lowerBound) to \(range.upperBound), found \(found)"
                )
            }
            return value
        }
        gender = Gender(rawValue: try code("gender"))!
        age = Age(rawValue: try code("age", 1...4))!
        longHair = try code("hair") == 2
        longSleeves = try code("up") == 1
        longLower = try code("down") == 1
        dress = try code("clothes") == 1
        hat = try code("hat") == 2
        backpack = try code("backpack") == 2
        bag = try code("bag") == 2
        handbag = try code("handbag") == 2
        upper = nil
        lower = nil
        for colour in UpperColour.allCases.reversed() where try code("up" + colour.rawValue) == 2 {
            upper = colour
        }
        for colour in LowerColour.allCases.reversed() where try code("down" + colour.rawValue) == 2 {
            lower = colour
        }
    }
}
