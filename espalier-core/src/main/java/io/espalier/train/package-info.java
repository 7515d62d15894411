/**
 * Training and evaluation of a graph on libtorch: options, schedules, distillation, and runs that
 * can be killed anywhere and go on from their folder with the same bits.
 */
package io.espalier.train;
