/**
 * Methods that look for the width of each layer and leave it to a criterion which of its units go.
 * One published method, one class.
 */
package io.espalier.method.search;
