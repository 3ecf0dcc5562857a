package dev.glia.log.file.internal;

import dev.glia.log.LogFormat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A process with a file on a disk that gets full and has room again: {@code FOLDER COPY}. It prints
 * a line for each record, {@code written} or {@code failed}, and copies the file at the end.
 */
final class SmallDisk {
    private static final int FAILURES = 20;
    private static final int AFTERWARDS = 20;

    private SmallDisk() {}

    static String record(int number) {
        return "record " + number + " " + "x".repeat(300) + ".";
    }

    public static void main(String[] args) throws IOException {
        Path folder = Path.of(args[0]);
        Path ballast = Files.write(folder.resolve("ballast"), new byte[16_384]);
        Path file = folder.resolve("small.log");
        var sink = new FileSink(LogFormat.LINE, new Rotation(0, null), new Archive(7, true));
        int number = 0;
        for (int failures = 0; failures < FAILURES; ) {
            failures += write(sink, file, number++) ? 0 : 1;
        }
        Files.delete(ballast);
        for (int i = 0; i < AFTERWARDS; i++) {
            write(sink, file, number++);
        }
        sink.close();
        Files.copy(file, Path.of(args[1]));
    }

    private static boolean write(FileSink sink, Path file, int number) {
        try {
            sink.write(WriterProcess.record(file.toString(), record(number)));
            System.out.println("written " + number);
            return true;
        } catch (IOException e) {
            System.out.println("failed " + number);
            return false;
        }
    }
}
