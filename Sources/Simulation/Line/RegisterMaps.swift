import Decoding
import Metering

/// The contents of a device's registers at one instant.
///
/// Addresses as in the makers' tables: Wiren Board templates of wb-mqtt-serial, TUF-2000M manual p. 39-47, ABB
/// COI/FET2XX/MOD/TBL-EN. Counts follow from the neighbourhood's dial, so that what is read can be compared with what
/// was true.
struct RegisterMap {
    let unit: SimulatedUnit
    let neighbourhood: Neighbourhood

    func blocks(at instant: Instant) -> [RegisterBlock] {
        switch unit.model {
        case .pulseCounter: pulseCounter(instant)
        case .waterCounter: waterCounter(instant)
        case .ultrasonic: ultrasonic(instant)
        case .magnetic: magnetic(instant)
        }
    }

    /// Where a channel's index stands, in each way of reading it.
    func indexAddresses(of channel: Int) -> [(function: ReadFunction, addresses: Range<Int>)] {
        let place = channel - 1
        switch unit.model {
        case .pulseCounter: return [(.inputRegisters, 60 + 2 * place..<62 + 2 * place)]
        case .waterCounter:
            return [
                (.inputRegisters, 1_062 + 2 * place..<1_064 + 2 * place),
                (.inputRegisters, 1_068 + 4 * place..<1_072 + 4 * place),
            ]
        case .ultrasonic: return [(.holdingRegisters, 8..<10)]
        case .magnetic: return [(.holdingRegisters, 12_002..<12_004)]
        }
    }

    /// Uptime and serial number, which both modules of Wiren Board have at the same place.
    private func moduleBlocks(_ instant: Instant) -> [RegisterBlock] {
        var uptime = RegisterBlock(.inputRegisters, 104...105)
        uptime.put(UInt64(instant.secondsSince1970 % 0xFFFF_FFFF), at: 104, words: 2)
        var name = RegisterBlock(.inputRegisters, 250...271)
        for (position, letter) in "4.32.1".utf8.enumerated() { name[250 + position] = UInt16(letter) }
        name.put(UInt64(unit.serial), at: 270, words: 2)
        return [uptime, name]
    }

    private func pulseCounter(_ instant: Instant) -> [RegisterBlock] {
        var counts = RegisterBlock(.inputRegisters, 60...75)
        let frequency = RegisterBlock(.inputRegisters, 40...55)
        for (channel, meter) in unit.channels where (1...8).contains(channel) {
            counts.put(UInt64(pulses(meter, instant)), at: 60 + 2 * (channel - 1), words: 2)
        }
        return [counts, frequency] + moduleBlocks(instant)
    }

    private func waterCounter(_ instant: Instant) -> [RegisterBlock] {
        var pulseBlock = RegisterBlock(.inputRegisters, 1_062...1_065)
        var volumes = RegisterBlock(.inputRegisters, 1_068...1_075)
        var worth = RegisterBlock(.holdingRegisters, 1_066...1_067)
        var offsets = RegisterBlock(.holdingRegisters, 1_076...1_083)
        var battery = RegisterBlock(.inputRegisters, 971...971)
        battery[971] = 2
        for (channel, meter) in unit.channels where (1...2).contains(channel) {
            let place = channel - 1
            let pulses = pulses(meter, instant)
            let offset = meter.dialOffset.millilitres / 1_000
            let litres = meter.perCount.millilitres / 1_000
            pulseBlock.put(UInt64(pulses), at: 1_062 + 2 * place, words: 2)
            volumes.put(UInt64(offset + pulses * litres), at: 1_068 + 4 * place, words: 4)
            worth[1_066 + place] = UInt16(clamping: litres)
            offsets.put(UInt64(offset), at: 1_076 + 4 * place, words: 4)
        }
        let coils = RegisterBlock(.coils, 0...15)
        let leakInputs = RegisterBlock(.discreteInputs, 0...5)
        let presence = RegisterBlock(.discreteInputs, 20...25)
        return [pulseBlock, volumes, worth, offsets, battery, coils, leakInputs, presence]
            + moduleBlocks(instant)
    }

    /// The counts that a module has seen; its counter has 32 bits and knows nothing of the dial's end.
    private func pulses(_ meter: SimulatedChannel, _ instant: Instant) -> Int64 {
        let moved = neighbourhood.counted(of: meter.point, at: instant) - meter.dialOffset
        return max(0, moved.millilitres / meter.perCount.millilitres) & 0xFFFF_FFFF
    }

    /// Total = (N + Nf) x 10^(n-3) m3, with unit 0 (m3) and the n that makes one count the dial's resolution.
    private func ultrasonic(_ instant: Instant) -> [RegisterBlock] {
        var live = RegisterBlock(.holdingRegisters, 0...319)
        var settings = RegisterBlock(.holdingRegisters, 1_436...1_451)
        var factory = RegisterBlock(.holdingRegisters, 1_520...1_529)
        factory.put(UInt64(binaryCodedDecimal(unit.serial)), at: 1_528, words: 2)
        settings[1_436] = 2
        settings[1_441] = UInt16(unit.address)
        guard let meter = unit.channels[1] else { return [live, settings, factory] }
        let exponent = multiplier(of: meter)
        settings[1_438] = UInt16(exponent)
        let count = (0..<exponent).reduce(Int64(1_000)) { power, _ in power * 10 }
        let total = neighbourhood.register(of: meter.point, at: instant).millilitres
        let fraction = Float(total % count) / Float(count)
        let flow = neighbourhood.flow(of: meter.point, at: instant)
        live.putLowWordFirst((Float(flow.millilitresPerHour) / 1_000_000).bitPattern, at: 0)
        live.putLowWordFirst(UInt32(truncatingIfNeeded: total / count), at: 8)
        live.putLowWordFirst(fraction.bitPattern, at: 10)
        live.putLowWordFirst(UInt32(truncatingIfNeeded: total / count), at: 24)
        live.putLowWordFirst(fraction.bitPattern, at: 26)
        live[91] = 3 << 8 | 88
        return [live, settings, factory]
    }

    /// n: 0 for counts of 1 L and finer ones (their rest goes into Nf), 1 for 10 L, and so on up to 7.
    private func multiplier(of meter: SimulatedChannel) -> Int {
        let dial = neighbourhood.installations.first { $0.point.id == meter.point }?.dial
        var rest = (dial?.resolution.millilitres ?? 0) / 1_000
        var exponent = 0
        while rest >= 10, exponent < 7 {
            rest /= 10
            exponent += 1
        }
        return exponent
    }

    private func binaryCodedDecimal(_ number: UInt32) -> UInt32 {
        (0..<8).reduce(into: (result: UInt32(0), rest: number)) { state, digit in
            state.result |= (state.rest % 10) << UInt32(4 * digit)
            state.rest /= 10
        }.result
    }

    /// 32-bit values and 16-bit values stand in ranges of their own; the former are asked for in pairs.
    private func magnetic(_ instant: Instant) -> [RegisterBlock] {
        var totals = RegisterBlock(.holdingRegisters, 12_000...12_011, multiple: 2)
        var identity = RegisterBlock(.inputRegisters, 4_000...4_019, multiple: 2)
        var floats = RegisterBlock(.inputRegisters, 5_000...5_079, multiple: 2)
        identity.put(UInt64(unit.serial), at: 4_012, words: 2)
        if let meter = unit.channels[1] {
            let register = neighbourhood.register(of: meter.point, at: instant) - meter.dialOffset
            let count = max(0, register.millilitres / meter.perCount.millilitres)
            totals.put(UInt64(count), at: 12_002, words: 2)
            totals.put(UInt64(count), at: 12_006, words: 2)
            let flow = neighbourhood.flow(of: meter.point, at: instant)
            floats.put(UInt64((Float(flow.millilitresPerHour) / 1_000_000).bitPattern), at: 5_016, words: 2)
        }
        return [
            totals, identity, floats, RegisterBlock(.inputRegisters, 1_000...1_063),
            RegisterBlock(.holdingRegisters, 8_000...8_063), RegisterBlock(.discreteInputs, 500...502),
        ]
    }
}
