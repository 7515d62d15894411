/** Methods that train with a penalty which drives factors of channels to zero, then cut. */
package io.espalier.method.sparse;
