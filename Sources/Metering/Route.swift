/// By which of its ways a service point's reading came.
///
/// Most points have one. Where the same meter is seen over a line and through a feed, each way keeps its own readings;
/// they are compared, and one fills the other's gaps, but neither overwrites the other.
public enum Route: Int, Hashable, Sendable, CaseIterable {
    case first = 1
    case second = 2
}
