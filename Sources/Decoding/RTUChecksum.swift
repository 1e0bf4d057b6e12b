/// The CRC-16 of RTU frames: polynomial 0xA001 reflected, start 0xFFFF (Modbus over serial line 1.02, 6.2.2).
public enum RTUChecksum {
    /// Low byte first, as on the wire.
    ///
    /// 01 03 00 00 00 0A has C5 CD (TUF-2000M manual, page 40).
    public static func of(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        var value: UInt16 = 0xFFFF
        for byte in bytes {
            value ^= UInt16(byte)
            for _ in 0..<8 { value = value & 1 == 1 ? value >> 1 ^ 0xA001 : value >> 1 }
        }
        return [UInt8(value & 0xFF), UInt8(value >> 8)]
    }
}
