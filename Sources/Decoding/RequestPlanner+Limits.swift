/// Which addresses one request may ask for.
extension RequestPlanner {
    /// The part of the address space with limits of its own in which a field lies.
    func rule(for field: RegisterField) -> ReadRange? {
        profile.ranges.first { range in
            range.function == field.function && range.addresses.contains(field.addresses.lowerBound)
                && range.addresses.contains(field.addresses.upperBound - 1)
        }
    }

    func most(_ limits: ReadLimits, _ function: ReadFunction) -> Int {
        function.readsBits ? 2_000 : limits.maximumCount
    }

    func denied(_ addresses: Range<Int>, _ function: ReadFunction) -> ClosedRange<Int>? {
        profile.denied.first { $0.function == function && $0.addresses.overlaps(addresses) }?.addresses
    }

    /// The addresses of the one request that brings these fields, which are in order of their addresses.
    ///
    /// - Returns: nil where there is no such request.
    func span(of fields: [RegisterField]) -> Range<Int>? {
        guard let first = fields.first else { return nil }
        let rule = rule(for: first)
        guard fields.allSatisfy({ self.rule(for: $0)?.addresses == rule?.addresses }) else { return nil }
        let limits = rule?.limits ?? profile.limits
        guard holesMayBeRead(between: fields, limits) else { return nil }
        let end = fields.map(\.addresses.upperBound).max() ?? first.addresses.upperBound
        if let rule, rule.isWhole {
            let whole = Range(rule.addresses)
            return whole.count <= most(limits, first.function) && denied(whole, first.function) == nil
                ? whole : nil
        }
        let wanted = first.addresses.lowerBound..<end
        return padded(wanted, limits, first.function, within: rule.map { Range($0.addresses) } ?? 0..<65_536)
    }

    private func holesMayBeRead(between fields: [RegisterField], _ limits: ReadLimits) -> Bool {
        var end = fields[0].addresses.upperBound
        for field in fields.dropFirst() {
            let hole = field.addresses.lowerBound - end
            guard hole <= 0 || (limits.mayReadHoles && hole <= RequestPlanner.widestHole) else {
                return false
            }
            end = max(end, field.addresses.upperBound)
        }
        return true
    }

    /// The wanted addresses and as many more as the limits ask for, behind them or else before them.
    private func padded(
        _ wanted: Range<Int>,
        _ limits: ReadLimits,
        _ function: ReadFunction,
        within space: Range<Int>
    )
        -> Range<Int>?
    {
        let least = max(wanted.count, limits.minimumCount)
        let count = (least + limits.multiple - 1) / limits.multiple * limits.multiple
        guard count <= most(limits, function) else { return nil }
        let earliest = limits.startsOnField ? wanted.lowerBound : wanted.upperBound - count
        for start in stride(from: wanted.lowerBound, through: earliest, by: -1) {
            let span = start..<start + count
            if space.lowerBound <= start, span.upperBound <= space.upperBound, denied(span, function) == nil {
                return span
            }
        }
        return nil
    }

    /// Requests around `span` whose replies have other lengths, within registers that the model is known to have.
    func alternatives(to span: Range<Int>, _ group: [RegisterField]) -> [ReadRequest] {
        let function = group[0].function
        let rule = rule(for: group[0])
        let limits = rule?.limits ?? profile.limits
        guard rule?.isWhole != true else { return [] }
        let step = function.readsBits ? 8 : limits.multiple
        let known = knownAddresses(function, rule, limits)
        var found: [ReadRequest] = []
        var lengths: Set<Int> = [ReadRequest(function, span).replyByteCount]
        for extra in 1...8 {
            let behind = span.lowerBound..<span.upperBound + extra * step
            let before = span.lowerBound - extra * step..<span.upperBound
            for wider in limits.startsOnField ? [behind] : [behind, before] {
                guard found.count < RequestPlanner.mostAlternatives, wider.count <= most(limits, function),
                    wider.allSatisfy(known.contains)
                else { continue }
                let request = ReadRequest(function, wider)
                if lengths.insert(request.replyByteCount).inserted { found.append(request) }
            }
        }
        return found
    }

    /// Addresses of the model's own fields, and of the holes between them where those may be read.
    private func knownAddresses(_ function: ReadFunction, _ rule: ReadRange?, _ limits: ReadLimits) -> Set<
        Int
    > {
        let fields = profile.fields.values
            .filter { $0.function == function && self.rule(for: $0)?.addresses == rule?.addresses }
            .sorted { $0.address < $1.address }
        var known: Set<Int> = []
        var end: Int?
        for field in fields {
            if let end, limits.mayReadHoles, (1...8).contains(field.addresses.lowerBound - end) {
                known.formUnion(end..<field.addresses.lowerBound)
            }
            known.formUnion(field.addresses)
            end = max(end ?? 0, field.addresses.upperBound)
        }
        return known.filter { denied($0..<$0 + 1, function) == nil }
    }
}
