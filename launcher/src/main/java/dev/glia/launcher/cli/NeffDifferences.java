package dev.glia.launcher.cli;

import dev.glia.neff.HashState;
import dev.glia.neff.NeffHeader;
import dev.glia.neff.NeffMember;
import dev.glia.neff.NeffSummary;
import dev.glia.runtime.TensorInfo;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** Where two NEFFs differ, field by field. */
final class NeffDifferences {

    /**
     * One of them.
     *
     * @param field the field
     * @param a what it is in the first file, or null when it is not there
     * @param b what it is in the second file, or null when it is not there
     */
    record Difference(String field, String a, String b) {}

    private NeffDifferences() {}

    static List<Difference> between(NeffSummary a, NeffSummary b) {
        Map<String, String> left = fields(a);
        Map<String, String> right = fields(b);
        Set<String> names = new LinkedHashSet<>(left.keySet());
        names.addAll(right.keySet());
        List<Difference> differences = new ArrayList<>();
        for (String name : names) {
            if (!Objects.equals(left.get(name), right.get(name))) {
                differences.add(new Difference(name, left.get(name), right.get(name)));
            }
        }
        order(a.members(), b.members()).ifPresent(differences::add);
        return differences;
    }

    /** Where two packings of the same names part. */
    private static Optional<Difference> order(List<NeffMember> a, List<NeffMember> b) {
        List<String> left = a.stream().map(NeffMember::name).toList();
        List<String> right = b.stream().map(NeffMember::name).toList();
        if (left.equals(right) || !Set.copyOf(left).equals(Set.copyOf(right))) {
            return Optional.empty();
        }
        int place = 0;
        while (left.get(place).equals(right.get(place))) {
            place++;
        }
        return Optional.of(
                new Difference("member number " + (place + 1), left.get(place), right.get(place)));
    }

    /** Everything that the two are compared in. */
    private static Map<String, String> fields(NeffSummary neff) {
        Map<String, String> fields = new LinkedHashMap<>();
        header(fields, neff.header());
        HashState hash = neff.hash();
        fields.put("hash", hash.algorithm() + " " + hash.stored());
        fields.put("hash_valid", String.valueOf(hash.valid()));
        fields.put("payload", hash.computed());
        fields.put("target", neff.target());
        fields.put("compiler", neff.compiler());
        neff.inputs().forEach(tensor -> tensor(fields, "input", tensor));
        neff.outputs().forEach(tensor -> tensor(fields, "output", tensor));
        fields.put("inputs", names(neff.inputs()));
        fields.put("outputs", names(neff.outputs()));
        fields.put("graphs", neff.graphs().toString());
        for (NeffMember member : neff.members()) {
            fields.put(
                    "member " + member.name(),
                    "%s bytes, sha256 %s"
                            .formatted(member.size(), neff.digests().get(member.name())));
        }
        return fields;
    }

    private static void header(Map<String, String> fields, NeffHeader header) {
        fields.put("pkg_version", String.valueOf(header.pkgVersion()));
        fields.put("data_size", String.valueOf(header.dataSize()));
        fields.put("neff_version", header.version());
        fields.put("build_version", header.buildVersion());
        fields.put("num_tpb", String.valueOf(header.numTpb()));
        fields.put("uuid", header.uuid().toString());
        fields.put("name", header.name());
        fields.put("requested_tpb_count", String.valueOf(header.requestedTpbCount()));
        fields.put("tpb_per_node", header.tpbPerNode().toString());
        fields.put("feature_bits", "0x" + Long.toHexString(header.featureBits()));
        fields.put("lnc_size", String.valueOf(header.lncSize()));
    }

    private static void tensor(Map<String, String> fields, String usage, TensorInfo tensor) {
        fields.put(usage + " " + tensor.name(), tensor.typeAndShape());
    }

    private static String names(List<TensorInfo> tensors) {
        return tensors.stream().map(TensorInfo::name).toList().toString();
    }
}
