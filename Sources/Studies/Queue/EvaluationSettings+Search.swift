public import Evaluation
public import Model
public import Training

extension EvaluationSettings {
    /// The recipe's beam search.
    public var search: BeamSearch {
        var search = BeamSearch()
        search.width = beamWidth
        search.lengthPenalty = lengthPenalty
        search.maximumLength = maximumTokens
        search.eachTokenOnce = eachTokenOnce
        return search
    }

    /// The recipe's re-ranking.
    public var reranking: RerankingParameters {
        RerankingParameters(k1: rerankK1, k2: rerankK2, lambda: rerankLambda)
    }

    /// Whether results on data from `source` are re-ranked; the paper does so on Market-1501 and DukeMTMC-reID.
    public func reranks(_ source: String) -> Bool {
        switch rerank {
        case .on: true
        case .off: false
        case .auto: source.hasPrefix("Market-1501") || source.hasPrefix("DukeMTMC")
        }
    }
}
