package dev.glia.benchmarks;

import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.BitmapEncoder.BitmapFormat;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.internal.chartpart.Chart;
import org.knowm.xchart.style.AxesChartStyler;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.SeriesMarkers;

import java.awt.Color;
import java.awt.Font;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** Draws what was saved by the other benchmarks. */
final class Plots {
    private static final int WIDTH = 860;
    private static final int HEIGHT = 460;
    private static final Color GLIA = new Color(0x1f, 0x6f, 0xb4);
    private static final Color[] COLOURS = {
        GLIA, new Color(0xe0, 0x7b, 0x1a), new Color(0x7a, 0x9a, 0x3c), new Color(0x8c, 0x8c, 0x8c)
    };

    private final Path folder;

    private Plots(Path folder) {
        this.folder = folder;
    }

    /** Draws all plots whose data are there. */
    static void draw() throws IOException {
        System.setProperty("java.awt.headless", "true");
        var plots = new Plots(Path.of(System.getProperty("glia.benchmarks.plots")));
        if (Results.exist("requests")) {
            plots.requests(Results.of("requests"));
        }
        if (Results.exist("ordinary")) {
            plots.ordinary(Results.of("ordinary"));
        }
        if (Results.exist("network")) {
            plots.network(Results.of("network"));
        }
        if (Results.exist("overlap")) {
            plots.overlap(Results.of("overlap"));
        }
        for (String what : List.of("cores", "models")) {
            if (Results.exist("scale-" + what)) {
                plots.scale(what, Results.of("scale-" + what));
            }
        }
    }

    private void requests(Results results) throws IOException {
        CategoryChart chart =
                bars("A request of the one-float model, everything bound", "", "ns", results);
        chart.addSeries(
                "a request",
                List.of("Glia", "ONNX Runtime, Java API", "bare C call"),
                nanos(results, 1, "glia", "javaApi", "bareCall"));
        chart.getStyler().setLegendVisible(false);
        save(chart, "benchmarks-requests");
    }

    private void ordinary(Results results) throws IOException {
        CategoryChart chart =
                bars(
                        "A request as applications write it, by the size of its tensors",
                        "float32 values in and out",
                        "µs, logarithmic",
                        results);
        chart.getStyler().setYAxisLogarithmic(true).setYAxisMin(1.0);
        List<String> sizes = List.of("1", "65536", "1048576");
        List<String> names = List.of("1", "64 k", "1 M");
        addBars(chart, "Glia, tensors bound", "glia", sizes, names, results);
        addBars(chart, "Glia, copied from and into arrays", "gliaCopied", sizes, names, results);
        addBars(
                chart,
                "ONNX Runtime, Java API: new tensor, getValue",
                "javaApi",
                sizes,
                names,
                results);
        addBars(chart, "DJL, predictor", "djl", sizes, names, results);
        save(chart, "benchmarks-ordinary");
    }

    private static void addBars(
            CategoryChart chart,
            String title,
            String method,
            List<String> sizes,
            List<String> names,
            Results results) {
        chart.addSeries(
                title,
                names,
                sizes.stream()
                        .map(
                                size ->
                                        results.median(
                                                        "benchmark",
                                                        method + " floats=" + size,
                                                        "ns")
                                                / 1e3)
                        .toList());
    }

    private void network(Results results) throws IOException {
        CategoryChart chart =
                bars("A request of a network of SqueezeNet's size, one thread", "", "ms", results);
        chart.addSeries(
                "a request",
                List.of("Glia", "ONNX Runtime, Java API", "DJL, predictor"),
                nanos(results, 1e6, "glia", "javaApi", "djl"));
        chart.getStyler().setLegendVisible(false);
        save(chart, "benchmarks-network");
    }

    private void overlap(Results results) throws IOException {
        CategoryChart chart =
                bars(
                        "A device that takes 2 ms for a request, and work of the host for each",
                        "work of the host for a request",
                        "ms for a request",
                        results);
        List<String> names = List.of("0.28 ms", "1 ms");
        chart.addSeries(
                "one after the other",
                names,
                nanos(results, 1e6, "synchronous host=280", "synchronous host=1000"));
        for (int depth : new int[] {3, 8}) {
            chart.addSeries(
                    depth + " in flight",
                    names,
                    nanos(
                            results,
                            1e6,
                            "inFlight host=280 depth=" + depth,
                            "inFlight host=1000 depth=" + depth));
        }
        save(chart, "benchmarks-overlap");
    }

    private static List<Double> nanos(Results results, double unit, String... benchmarks) {
        return List.of(benchmarks).stream()
                .map(benchmark -> results.median("benchmark", benchmark, "ns") / unit)
                .toList();
    }

    /** Four quantities in one picture, each as a multiple of its value for one. */
    private void scale(String what, Results results) throws IOException {
        XYChart chart =
                new XYChartBuilder()
                        .width(WIDTH)
                        .height(HEIGHT)
                        .title("What grows with the number of " + what)
                        .xAxisTitle(
                                (what.equals("cores") ? "emulated cores" : "loaded models")
                                        + ", logarithmic  ("
                                        + results.taken()
                                        + ")")
                        .yAxisTitle("multiple of that of one, logarithmic")
                        .build();
        style(chart.getStyler());
        chart.getStyler().setXAxisLogarithmic(true).setYAxisLogarithmic(true);
        chart.getStyler().setYAxisMin(0.1).setYAxisMax(10.0);
        List<String> sizes = results.values(what);
        add(chart, "time of a request", "ns", sizes, of(results, what, "ns for a request"));
        add(chart, "resident memory", "MiB", sizes, of(results, what, "resident MiB"));
        add(chart, "threads", "", sizes, of(results, what, "threads"));
        add(chart, "load of a model", "ms", sizes, of(results, what, "load ms"));
        save(chart, "benchmarks-scale-" + what);
    }

    private static ToDoubleFunction<String> of(Results results, String what, String column) {
        return size -> results.median(what, size, column);
    }

    private static void add(
            XYChart chart,
            String title,
            String unit,
            List<String> sizes,
            ToDoubleFunction<String> value) {
        double one = value.applyAsDouble(sizes.getFirst());
        double last = value.applyAsDouble(sizes.getLast());
        chart.addSeries(
                        "%s: %s to %s %s".formatted(title, shown(one), shown(last), unit).strip(),
                        sizes.stream().mapToDouble(Double::parseDouble).toArray(),
                        sizes.stream()
                                .mapToDouble(size -> value.applyAsDouble(size) / one)
                                .toArray())
                .setMarker(SeriesMarkers.CIRCLE);
    }

    private static String shown(double value) {
        return value < 10 ? "%.2f".formatted(value) : "%,.0f".formatted(value);
    }

    private static CategoryChart bars(String title, String x, String y, Results results) {
        CategoryChart chart =
                new CategoryChartBuilder()
                        .width(WIDTH)
                        .height(HEIGHT)
                        .title(title)
                        .xAxisTitle((x + "  (" + results.taken() + ")").strip())
                        .yAxisTitle(y)
                        .build();
        style(chart.getStyler());
        chart.getStyler().setLabelsVisible(true);
        chart.getStyler().setDecimalPattern("#,##0.##");
        chart.getStyler().setAvailableSpaceFill(0.7);
        return chart;
    }

    private static void style(AxesChartStyler styler) {
        styler.setSeriesColors(COLOURS);
        styler.setChartBackgroundColor(Color.WHITE);
        styler.setPlotBorderVisible(false);
        styler.setLegendPosition(LegendPosition.OutsideS);
        styler.setLegendLayout(org.knowm.xchart.style.Styler.LegendLayout.Vertical);
        styler.setLegendBorderColor(Color.WHITE);
        styler.setChartTitleFont(new Font(Font.SANS_SERIF, Font.BOLD, 15));
        styler.setAxisTitleFont(new Font(Font.SANS_SERIF, Font.PLAIN, 12));
        styler.setChartTitleBoxVisible(false);
    }

    private void save(Chart<?, ?> chart, String name) throws IOException {
        Path file = folder.resolve(name + ".png");
        BitmapEncoder.saveBitmap(chart, file.toString(), BitmapFormat.PNG);
        System.err.println("drawn " + file);
    }
}
