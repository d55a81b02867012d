/// Who is whose neighbour both ways, from the lists of all pictures' nearest (Zhong et al. 2017, sections 3.2 and 3.3).
struct ReciprocalNeighbours {
    /// The nearest of each picture, nearest first.
    let lists: [[Int]]
    let parameters: RerankingParameters

    /// R(p, k): those of the k + 1 first of p's list of whose k + 1 first p is one.
    func reciprocal(_ picture: Int, _ k: Int) -> [Int] {
        lists[picture].prefix(k + 1).filter { lists[$0].prefix(k + 1).contains(picture) }
    }

    /// R*(p, k1), ascending: R(p, k1), and R(c, k1/2) of each c in it that shares more than two thirds with it.
    func extended(_ picture: Int) -> [Int] {
        let near = reciprocal(picture, parameters.k1)
        let nearSet = Set(near)
        var result = nearSet
        for candidate in near {
            let its = reciprocal(candidate, parameters.half)
            if 3 * its.count(where: nearSet.contains) > 2 * its.count { result.formUnion(its) }
        }
        return result.sorted()
    }
}
