/**
 * Pruning methods and the pipeline that runs them: what a method says about itself, how methods are
 * found, and a prune from a network to a smaller one that can be killed anywhere and goes on.
 */
package io.espalier.method;
