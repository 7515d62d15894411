/** Methods that score units from their weights. One published method, one class. */
package io.espalier.method.criterion;
