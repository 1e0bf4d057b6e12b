import Metering
import Testing

@testable import Simulation

struct WayFaultsTests {
    @Test func `the first two of those that have two ways are crossed, by their names`() {
        let points = ["S-3", "S-1", "S-2"].map { ServicePoint.ID($0) }
        let everything = WayFaults.everything(before: Sample.start)
        #expect(everything.crossing(among: points) == [points[1]: points[2], points[2]: points[1]])
        #expect(everything.crossing(among: [points[0]]) == [:])
        #expect(WayFaults.none.crossing(among: points) == [:])
    }
}
