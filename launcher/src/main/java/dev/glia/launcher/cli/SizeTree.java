package dev.glia.launcher.cli;

import dev.glia.control.Json;
import dev.glia.neff.NeffMember;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The members of a NEFF by folder, each folder with the size of all that is below it. */
final class SizeTree {
    private final String name;
    private final Map<String, SizeTree> children = new LinkedHashMap<>();
    private long size;
    private int members;

    private SizeTree(String name) {
        this.name = name;
    }

    static SizeTree of(List<NeffMember> members) {
        SizeTree root = new SizeTree(".");
        for (NeffMember member : members) {
            SizeTree node = root;
            node.add(member.size());
            for (String part : member.name().split("/")) {
                node = node.children.computeIfAbsent(part, SizeTree::new);
                node.add(member.size());
            }
        }
        return root;
    }

    private void add(long bytes) {
        size += bytes;
        members++;
    }

    private boolean isFolder() {
        return !children.isEmpty();
    }

    /** The folders with a path as it stands before their members, the root first. */
    List<Map<String, Object>> json() {
        List<Map<String, Object>> folders = new ArrayList<>();
        json(name, folders);
        return folders;
    }

    private void json(String path, List<Map<String, Object>> folders) {
        folders.add(Json.object("name", path, "size", size, "members", members));
        for (SizeTree child : children.values()) {
            if (child.isFolder()) {
                child.json(path.equals(".") ? child.name : path + "/" + child.name, folders);
            }
        }
    }

    Table table() {
        Table table = new Table().row("SIZE", "MEMBER").row(size, ".", count());
        rows("", table);
        return table;
    }

    private void rows(String indent, Table table) {
        int rest = children.size();
        for (SizeTree child : children.values()) {
            boolean last = --rest == 0;
            String place = indent + (last ? "└ " : "├ ") + child.name;
            if (child.isFolder()) {
                table.row(child.size, place + "/", child.count());
                child.rows(indent + (last ? "  " : "│ "), table);
            } else {
                table.row(child.size, place);
            }
        }
    }

    private String count() {
        return members == 1 ? "1 member" : members + " members";
    }
}
