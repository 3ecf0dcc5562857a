/**
 * What an application calls: the runtime, its models, their executions, and the NRT status codes
 * they end with.
 *
 * <p>Names and semantics follow libnrt ({@code nrt_init}, {@code nrt_load}, {@code nrt_execute},
 * {@code nrt_close}) in Java's own idiom: handles are {@link java.lang.AutoCloseable}, failures are
 * {@link dev.glia.runtime.NrtException}s that carry the {@link dev.glia.runtime.NrtStatus}.
 */
@Export
@Version("1.1.0")
package dev.glia.runtime;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
