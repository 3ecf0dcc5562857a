package dev.glia.runtime.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.glia.runtime.DType;
import dev.glia.runtime.Tensor;
import dev.glia.runtime.TensorInfo;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

class ElementsTest {

    private static MemorySegment bytes(String hex) {
        byte[] bytes = HexFormat.of().parseHex(hex);
        return Arena.ofAuto().allocate(bytes.length, 8).copyFrom(MemorySegment.ofArray(bytes));
    }

    @ParameterizedTest
    @CsvSource({
        "FLOAT32, 0000803f0000807f, 0000803f0000807f, -1",
        "FLOAT32, 0000803f0100c07f, 0000803f0000c0ff, -1",
        "FLOAT32, 0000803f0100c07f, 0100803f0000c0ff, 0",
        "FLOAT32, 0000803f0000807f, 0000803f0100807f, 1",
        "FLOAT32, 0000000000000000, 0000000000000080, 1",
        "FLOAT16, 007c017e, 007c00fe, -1",
        "FLOAT16, 007c017e, 007c007c, 1",
        "BFLOAT16, 807fc17f, 807fc0ff, -1",
        "BFLOAT16, 807fc17f, 807f807f, 1",
        "FLOAT8E5, 7c7d, 7cff, -1",
        "FLOAT8E5, 7c7d, 7c7c, 1",
        "FLOAT8E4, 7f, ff, -1",
        "FLOAT8E4, 7e, fe, 0",
        "INT32, 0000c07f, 0100c07f, 0",
        "UINT8, 0001ff, 0001fe, 2",
        "INT64, 0100000000000000, 0100000000000080, 0"
    })
    void comparesBitForBitButForNan(DType type, String one, String other, long element) {
        assertThat(Elements.mismatch(type, bytes(one), bytes(other))).isEqualTo(element);
    }

    @ParameterizedTest
    @CsvSource({
        "FLOAT32, '2,2', 0000807f0000c07f0100807f00000000, 'y at [0, 1]'",
        "FLOAT32, '2,2', 0000807f00000000000000000000c0ff, 'y at [1, 1]'",
        "FLOAT16, '1,1,3', 007c007c017c, 'y at [0, 0, 2]'",
        "FLOAT8E4, '2', 7eff, 'y at [1]'",
        "BFLOAT16, '', c07f, 'y at []'",
        "INT32, '1', 0000c07f, ",
        "FLOAT32, '1', 0000807f, ",
    })
    void findsTheFirstNan(DType type, String shape, String bits, String place) {
        long[] extents =
                Stream.of(shape.split(","))
                        .filter(each -> !each.isEmpty())
                        .mapToLong(Long::parseLong)
                        .toArray();
        Tensor clean = tensor(TensorInfo.of("clean", DType.FLOAT32, 1), bytes("00000000"));
        Tensor tensor = tensor(TensorInfo.of("y", type, extents), bytes(bits));

        assertThat(Elements.firstNan(List.of(clean, tensor))).isEqualTo(Optional.ofNullable(place));
    }

    private static Tensor tensor(TensorInfo info, MemorySegment memory) {
        return new NativeTensor(info, memory, Storage.ofApplication());
    }

    @ParameterizedTest
    @CsvSource({
        "FLOAT32, 00004040, 3.0 0x40400000",
        "BFLOAT16, 4040, 3.0 0x4040",
        "FLOAT16, 003c, 1.0 0x3c00",
        "FLOAT8E4, 3c, 0x3c",
        "INT8, ff, -1",
        "UINT8, ff, 255",
        "INT32, feffffff, -2",
        "UINT32, ffffffff, 4294967295",
        "UINT64, ffffffffffffffff, 18446744073709551615"
    })
    void showsWhatItIs(DType type, String bits, String text) {
        assertThat(Elements.text(type, bytes(bits), 0)).isEqualTo(text);
    }

    /** A model may divide by its input, take it for a Boolean, or count to it. */
    @ParameterizedTest
    @EnumSource(DType.class)
    void makesUpValuesThatAnyModelTakes(DType type) {
        var tensor = new TensorInfo("x", TensorInfo.Usage.INPUT, type, List.of(1000L));
        MemorySegment first = Arena.ofAuto().allocate(tensor.bytes(), 8);
        MemorySegment again = Arena.ofAuto().allocate(tensor.bytes(), 8);
        Elements.fill(tensor, first);
        Elements.fill(tensor, again);
        assertThat(first.mismatch(again)).as("always the same").isEqualTo(-1);
        MemorySegment zeros = Arena.ofAuto().allocate(type.bytes(), 8);
        for (long i = 0; i < 1000; i++) {
            MemorySegment element = first.asSlice(i * type.bytes(), type.bytes());
            assertThat(Elements.mismatch(type, element, zeros)).isZero();
        }
    }

    @Test
    void whatIsInvertedIsNowhereEqual() {
        MemorySegment one = bytes("0000ff12");
        MemorySegment other = bytes("00000000");
        Elements.invert(one, other);
        assertThat(other.toArray(java.lang.foreign.ValueLayout.JAVA_BYTE))
                .containsExactly(0xff, 0xff, 0x00, 0xed);
    }
}
