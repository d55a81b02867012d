internal import Tensors

/// All that makes a person look the same on every picture: the attributes, and what tells two people with equal
/// attributes apart.
struct PersonLook {
    enum HairStyle { case cropped, parted, curly, bob, straight, wavy, ponytail, fringe }
    enum HatStyle: Int { case cap, sunHat, bucket }

    let market: MarketLook
    var build: Build

    var skin: Colour
    var hair: Colour
    var hairStyle: HairStyle
    var bald: Bool
    var beard: Bool
    var glasses: Bool

    var upper: Textile
    /// Of the sleeves, which may differ from the trunk.
    var sleeve: Colour
    /// Of the shirt under an open jacket.
    var innerShirt: Colour?
    /// Of a collar.
    var collar: Colour?
    /// How far below the waist the upper garment reaches.
    var hem: Float

    var lower: Textile
    /// Of a stripe along the trousers' sides.
    var sideStripe: Colour?
    /// Width of trouser legs over the legs'.
    var looseness: Float
    var belt: Colour?

    var shoe: Colour
    var sole: Colour
    var sock: Colour?

    var hatStyle: HatStyle
    var hatColour: Colour
    var hatBand: Colour

    var backpackColour: Colour
    var backpackTrim: Colour
    var bagColour: Colour
    var bagStrap: Colour
    var handbagColour: Colour
    var handbagTrim: Colour
    /// −1 right, 1 left: where bag and handbag are.
    var bagSide: Float
    var cane: Bool

    /// The look of the person whose numbers `random` gives.
    ///
    /// Yes/no attributes take no numbers of their own: switching one changes what it names and nothing else.
    init(_ market: MarketLook, _ random: inout RandomStream) {
        self.market = market
        build = Build(market, &random)
        let female = market.gender == .female
        let old = market.age == .old

        skin = NamedColours.draw(NamedColours.skin, &random)
        hair =
            old
            ? NamedColours.draw(NamedColours.oldHair, &random)
            : NamedColours.hair[random.weighted([4, 4, 3, 1.2, 1.5])] * random.uniform(0.85...1.15)
        let style = random.uniform()
        if market.longHair {
            hairStyle = style < 0.43 ? .straight : (style < 0.72 ? .wavy : .ponytail)
        } else if female {
            hairStyle = style < 0.5 ? .bob : (style < 0.83 ? .fringe : .curly)
        } else {
            hairStyle = style < 0.34 ? .cropped : (style < 0.68 ? .parted : (style < 0.84 ? .fringe : .curly))
        }
        bald = random.chance(0.5) && old && !female && !market.longHair
        beard = random.chance(old ? 0.5 : 0.6) && !female && (old || market.age == .adult)
        glasses = random.chance(old ? 0.4 : 0.12)

        let unnamedUpper = NamedColours.orange + NamedColours.turquoise + [NamedColours.pink[0]]
        let unnamedLower = NamedColours.orange + NamedColours.turquoise
        upper =
            market.upper.map { Textile.upper(NamedColours.upper($0), &random) }
            ?? Textile.unnamed(unnamedUpper, &random)
        lower =
            market.lower.map { Textile.lower(NamedColours.lower($0), &random) }
            ?? Textile.unnamed(unnamedLower, &random)
        sleeve = upper.pattern == .plain && random.chance(0.2) ? upper.accent : upper.base
        let shirt = NamedColours.draw(NamedColours.accessories + NamedColours.white, &random)
        innerShirt = random.chance(0.55) && market.longSleeves ? shirt : nil
        collar = random.chance(0.35) ? upper.accent : nil
        hem = random.uniform(0...0.05)
        sideStripe = random.chance(0.2) && !market.dress ? lower.accent : nil
        looseness = random.uniform(1.04...1.30) * (female ? 0.94 : 1)
        belt = random.chance(0.25) ? NamedColours.draw(NamedColours.brown + NamedColours.black, &random) : nil

        let adult = market.age == .adult || old
        shoe =
            NamedColours.shoes[
                random.weighted(adult ? [5, 1, 4, 0, 0.5, 1, 0, 0] : [1, 3, 1, 2, 2, 1, 2, 2])]
        shoe *= random.uniform(0.85...1.1)
        sole = adult ? shoe * 0.5 : Colour(gray: 0.92)
        sock = random.chance(0.4) ? (random.chance(0.6) ? Colour(gray: 0.92) : Colour(gray: 0.12)) : nil

        func strong(_ random: inout RandomStream) -> Colour {
            NamedColours.draw(NamedColours.accessories, &random)
        }
        hatStyle = HatStyle(rawValue: random.weighted(female ? [2, 4, 2] : [4, 2, 2]))!
        hatColour = strong(&random)
        // A black cap on black hair, or a brown one over a brown face, is no hat to anyone.
        if min(Self.distance(hair, hatColour), Self.distance(skin, hatColour)) < 0.10 {
            hatColour = skin.luminance < 0.55 ? Colour(0.92, 0.87, 0.76) : Colour(0.74, 0.10, 0.16)
        }
        hatBand = strong(&random)
        backpackColour = Self.apart(strong(&random), from: upper.base)
        backpackTrim = Self.apart(strong(&random), from: backpackColour)
        bagColour = Self.apart(strong(&random), from: lower.base)
        bagStrap = Self.apart(bagColour, from: upper.base)
        handbagColour = Self.apart(strong(&random), from: lower.base)
        handbagTrim = Self.apart(strong(&random), from: handbagColour)
        bagSide = random.chance(0.5) ? 1 : -1
        cane = random.chance(0.75) && old
    }

    /// `colour`, made lighter or darker until it stands out from what it lies on.
    private static func apart(_ colour: Colour, from ground: Colour) -> Colour {
        guard distance(colour, ground) < 0.12 else { return colour }
        return ground.luminance > 0.42 ? colour * 0.4 : colour * 0.55 + Colour(gray: 0.38)
    }

    /// Squared distance of two colours.
    private static func distance(_ left: Colour, _ right: Colour) -> Float {
        let difference = left - right
        return (difference * difference).luminance * 3
    }
}
