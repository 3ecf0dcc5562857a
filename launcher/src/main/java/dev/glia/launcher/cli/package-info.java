/** The command line: one small class per command, each thin over the services of the bundles. */
package dev.glia.launcher.cli;
