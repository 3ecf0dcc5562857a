/** The command line as a user has it: processes of the script at the root of the checkout. */
package dev.glia.itests.cli;
