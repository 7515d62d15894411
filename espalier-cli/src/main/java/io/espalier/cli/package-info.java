/** The command line: one class a command, each a thin caller of the library. */
package io.espalier.cli;
