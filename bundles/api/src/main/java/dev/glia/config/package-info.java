/** The typed, validated configuration of the process: {@code NEURON_RT_*} and {@code GLIA_*}. */
@Export
@Version("1.0.0")
package dev.glia.config;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
