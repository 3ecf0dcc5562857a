package dev.glia.neff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.glia.runtime.DType;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;

class NpyHeaderTest {

    @Test
    void writesAsNumPyDoes() {
        for (List<Long> shape : List.of(List.<Long>of(), List.of(5L), List.of(1L, 2L))) {
            byte[] header = NpyHeader.of(DType.INT32, shape);
            String tuple = shape.isEmpty() ? "()" : shape.size() == 1 ? "(5,)" : "(1, 2)";
            assertThat(new String(header, 10, 70, StandardCharsets.US_ASCII))
                    .startsWith(
                            "{'descr': '<i4', 'fortran_order': False, 'shape': " + tuple + ", }");
            assertThat(header).hasSize(128).endsWith((byte) '\n');
            assertThat(read(header, DType.INT32)).isEqualTo(new NpyHeader(shape, 128));
        }
    }

    @ParameterizedTest
    @EnumSource(DType.class)
    void readsEveryTypeThatItWrites(DType type) {
        byte[] header = NpyHeader.of(type, List.of(2L, 3L));
        assertThat(read(header, type).shape()).containsExactly(2L, 3L);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            quoteCharacter = '`',
            value = {
                "FLOAT32#{'descr': '<f4', 'fortran_order': False, 'shape': (2L, 3), }#[2, 3]",
                "FLOAT32#{\"shape\":(2,),\"descr\":\"=f4\",\"fortran_order\":False}#[2]",
                "FLOAT32#{'descr':'<f4','fortran_order':False,'shape':()}#[]",
                "FLOAT32#{'descr':'<i4','descr':'<f4','fortran_order':False,'shape':(2)}#[2]",
                "FLOAT32#{'descr':'<f4','fortran_order':True,'shape':(1,5,1)}#[1, 5, 1]",
                "BOOL#{'descr':'|b1','fortran_order':False,'shape':(2,)}#[2]",
                "BOOL#{'descr':'|u1','fortran_order':False,'shape':(2,)}#[2]",
                "BOOL#{'descr':'<i1','fortran_order':False,'shape':(2,)}#[2]",
                "UINT8#{'descr':'|b1','fortran_order':False,'shape':(2,)}#[2]",
            })
    void reads(DType type, String header, String shape) {
        assertThat(read(file(header), type).shape()).hasToString(shape);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            quoteCharacter = '`',
            value = {
                "{'descr':'<f8','fortran_order':False,'shape':(2,)}#are <f8, and float32 is <f4; convert it with array.astype('<f4')",
                "{'descr':'>f4','fortran_order':False,'shape':(2,)}#are >f4",
                "{'descr':[('a','<f4')],'fortran_order':False,'shape':(2,)}#records",
                "{'descr':'<f4','fortran_order':True,'shape':(2,2)}#Fortran order",
                "{'descr':'<f4','fortran_order':False,'shape':(99999999999999999999,)}#dimension of 9999",
                "{'descr':'<f4','fortran_order':False,'shape':(1 1,)}#see character 48",
                "{'descr':'<f4','fortran_order':False,'shape':(,)}#no dictionary",
                "{'descr':'<f4','fortran_order':False,'shape':(-1,)}#no dictionary",
                "{'descr':'<f4','fortran_order':False,'shape':(٣,)}#no dictionary",
                "{'descr':'<f4','fortran_order':False,'shape':[2]}#no dictionary",
                "{'descr':'<f4','fortran_order':0,'shape':(2,)}#no dictionary",
                "{'descr':'<f4','shape':(2,)}#no dictionary",
                "{'descr':'<f4','fortran_order':False,'shape':(2,)} x#no dictionary",
                "{'descr':'<f4','fortran_order':False,'shape':(2,)#no dictionary",
                "{'descr':'<f4#no dictionary",
                "{'descr':'<f4','fortran_order':False,'shape':(2,),'x':1}#unknown key x",
                "#no dictionary",
            })
    void refuses(String header, String reason) {
        assertThatThrownBy(() -> read(file(header == null ? "" : header), DType.FLOAT32))
                .isInstanceOf(NrtException.class)
                .hasMessageContaining(reason);
    }

    @Test
    void refusesMoreThanAHeaderTakes() {
        String shape = "1,".repeat(65);
        assertThatThrownBy(
                        () ->
                                read(
                                        file(
                                                "{'descr':'<f4','fortran_order':False,'shape':("
                                                        + shape
                                                        + ")}"),
                                        DType.FLOAT32))
                .hasMessageContaining("more than 64 dimensions");
        assertThatThrownBy(() -> read(file(" ".repeat(1 << 16)), DType.FLOAT32))
                .hasMessageContaining("claims 65536 bytes");
    }

    private static NpyHeader read(byte[] file, DType type) {
        return NpyHeader.read(
                MemorySegment.ofArray(file),
                type,
                why -> new NrtException(NrtStatus.NRT_INVALID, why));
    }

    private static byte[] file(String header) {
        byte[] text = header.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(12 + text.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 2, 0})
                .putInt(text.length)
                .put(text)
                .array();
    }
}
