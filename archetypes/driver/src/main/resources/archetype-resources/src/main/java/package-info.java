/** The driver of ${arch}. */
package ${package};
